/** A picture as data: what is drawn, and the table that says the same. */

export type Shape = "step" | "branch" | "handoff" | "sub_flow" | "parallel" | "compensation" | "terminal" | "state" | "initial" | "plain";

/** How a part stands out: not at all, gone through, the one that is looked at, gone wrong, true, not so. */
export type Tone = "plain" | "path" | "current" | "failed" | "good" | "closed";

export interface PictureNode {
  readonly id: string;
  readonly shape: Shape;
  readonly label: string;
  /** Smaller lines below the label. */
  readonly lines?: readonly string[];
  readonly tone: Tone;
  /** A short sign at the corner: a count, a number of a step. */
  readonly badge?: string;
  /** The rank that it stands on, where that is not left to its edges. */
  readonly rank?: number;
  /** The group that it stands in. */
  readonly group?: string;
  /** Makes the node a button. */
  readonly run?: () => void;
  /** What the button's name says beyond what is drawn. */
  readonly note?: string;
  readonly pressed?: boolean;
}

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly tone: Tone;
  readonly isDashed?: boolean;
}

export interface PictureGroup {
  readonly id: string;
  readonly label: string;
  readonly within?: string;
}

export interface Cell {
  readonly text: string;
  readonly run?: () => void;
}

export interface PictureTable {
  readonly columns: readonly string[];
  /** The first cell of each row is its head. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface Picture {
  readonly title: string;
  readonly direction: "down" | "right";
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  readonly groups?: readonly PictureGroup[];
  readonly table: PictureTable;
}

export const cell = (text: string, run?: () => void): Cell => (run === undefined ? { text } : { text, run });
