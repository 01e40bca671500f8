/** The contract in pictures, each with a table that says the same. */

import type { Panel } from "../shell/panel";
import { lazy } from "../widgets";

export const diagramsPanel: Panel = {
  id: "diagrams",
  title: "Pictures",
  place: "right",
  // The layout library comes only when somebody looks.
  View: lazy(() => import("./view").then(({ DiagramsView }) => DiagramsView)),
};
