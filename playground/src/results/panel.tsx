/** What follows: the verdicts, and who may do what to which instance. */

import type { Panel } from "../shell/panel";
import { ResultsView } from "./view";

export const resultsPanel: Panel = { id: "results", title: "Results", place: "right", View: ResultsView };
