/** One run of a flow, step by step. */

import type { Panel } from "../shell/panel";
import { FlowView } from "./view";

export const flowPanel: Panel = { id: "flow", title: "Flow run", place: "right", View: FlowView };
