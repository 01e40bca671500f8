/** All panels, in the order of their tabs. */

import { comparePanel } from "../compare/panel";
import { diagramsPanel } from "../diagrams/panel";
import { editorPanel } from "../editor/panel";
import { flowPanel } from "../flow/panel";
import { inputsPanel } from "../inputs/panel";
import { resultsPanel } from "../results/panel";
import { scenariosPanel } from "../scenarios/panel";
import { whyPanel } from "../why/panel";
import type { Panel } from "./panel";

export const PANELS: readonly Panel[] = [
  editorPanel,
  inputsPanel,
  resultsPanel,
  flowPanel,
  diagramsPanel,
  comparePanel,
  scenariosPanel,
  whyPanel,
];
