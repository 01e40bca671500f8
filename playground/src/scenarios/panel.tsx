/** Situations and what is expected of them. */

import type { Panel } from "../shell/panel";
import { ScenariosView } from "./view";

export const scenariosPanel: Panel = { id: "scenarios", title: "Scenarios", place: "right", View: ScenariosView };
