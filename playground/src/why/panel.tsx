/** Why what is selected is as it is. */

import type { Panel } from "../shell/panel";
import { WhyView } from "./view";

export const whyPanel: Panel = { id: "why", title: "Why", place: "dock", View: WhyView };
