/** The six steps of the tour: where each happens, what it says, and how one sees that it was done. */

import { whyBeside } from "../../shell/navigate";
import { settings, workspace } from "../../state/store";
import type { Workspace } from "../../state/workspace";

export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** The panel that it happens in; null where it stands in the page's head. */
  readonly panel: string | null;
  /** The control that it speaks of; null while there is none. */
  readonly anchor: () => HTMLElement | null;
  /** What is to stay in sight beside the control; only the control where this is absent. */
  readonly around?: () => HTMLElement | null;
  /** Whether what it asks for was done since it began; absent where there is only something to look at. */
  readonly done?: (since: Since) => boolean;
}

/** How the workspace was when the step began. */
export interface Since {
  readonly workspace: Workspace;
}

/** The example that the tour leads through. */
export const TOUR_EXAMPLE = "escrow-release";

const find = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);
const inPanel = (panel: string, selector: string): HTMLElement | null => find(`#panel-${panel} ${selector}`);

const grid = (): HTMLElement | null => inPanel("results", ".results-grid");

/** A cell that is blocked where another instance's is open says most; else any that is blocked. */
function blockedCell(): HTMLElement | null {
  const cells = (status: string): HTMLElement[] => [
    ...document.querySelectorAll<HTMLElement>(`#panel-results .results-cell[data-status="${status}"]:not([data-instance=""])`),
  ];
  const open = new Set(cells("open").map(({ dataset }) => dataset["flow"]));
  const blocked = cells("blocked");
  return blocked.find(({ dataset }) => open.has(dataset["flow"])) ?? blocked[0] ?? null;
}

/** The available cell that was chosen by trying; else any that is available. */
function openCell(): HTMLElement | null {
  const open = '.results-cell[data-status="open"]';
  return inPanel("results", `${open}[aria-selected="true"]`) ?? inPanel("results", open);
}

/** Where there is no dock the explanation of an action stands with the results. */
const whereWhyIs = (): string => (whyBeside.peek() ? "why" : "results");

export const STEPS: readonly TourStep[] = [
  {
    title: "Choose an instance",
    text: "Each row is an instance, each cell something that may be done with it now, or may not. Choose a blocked cell: click it, or go there by the arrow keys and press Enter.",
    panel: "results",
    anchor: blockedCell,
    around: grid,
    done: ({ workspace: before }) => workspace.value.selection?.kind === "action" && workspace.value.selection !== before.selection,
  },
  {
    title: "See why it is blocked",
    text: "The conditions with the values that they met: what is not satisfied, by which rule, from which fact. Every name leads to its place in the contract.",
    panel: "why",
    anchor: () => (whyBeside.peek() ? (find("#panel-why")?.closest<HTMLElement>(".dock") ?? null) : inPanel("results", ".results-reasons")),
    around: () => (whyBeside.peek() ? (find("#panel-why")?.closest<HTMLElement>(".side") ?? null) : inPanel("results", ".results-reasons")),
  },
  {
    title: "Try what would open it",
    text: "The evaluator has searched for the smallest changes that open the way, another instance among them. Try one; it can be undone.",
    panel: "results",
    anchor: () => inPanel("results", ".results-suggestions button") ?? inPanel("results", ".results-remedies"),
    done: ({ workspace: before }) => workspace.value.inputs !== before.inputs || workspace.value.selection !== before.selection,
  },
  {
    title: "Run it where it is available",
    text: "Choose the available cell: its flow is set up to run on its instance. Nothing is changed by that.",
    panel: "results",
    anchor: openCell,
    around: grid,
    done: ({ workspace: before }) => workspace.value.run !== before.run && settings.value.phone === "flow",
  },
  {
    title: "Apply the result",
    text: "Here is the run, step by step, with the state of every instance after each. Apply it, and the instances stand where it left them. The history below takes that back.",
    panel: "flow",
    anchor: () => inPanel("flow", ".flow-apply button"),
    done: ({ workspace: before }) => workspace.value.history.runs.length > before.history.runs.length,
  },
  {
    title: "Compare or share",
    text: "Under Compare you pin a result and see what a change makes of it. Share puts all that is here into a link or a file, without any server.",
    panel: null,
    anchor: () => find('nav[aria-label="Page"] .share-menu button'),
  },
];

/** The panel in which a step happens, on a screen of this width. */
export function panelOf({ panel }: TourStep): string | null {
  return panel === "why" ? whereWhyIs() : panel;
}
