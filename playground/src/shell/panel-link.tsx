/** A way to another panel, which is offered only where the page has that panel: an embedded one may have few. */

import type { ComponentChildren, JSX } from "preact";
import { isShown, showPanel } from "./navigate";

interface Props {
  readonly panel: string;
  /** What it does; it goes to the panel, with the keyboard's focus, where nothing else is said. */
  readonly run?: () => void;
  /** What stands there without the panel; nothing where it is left out. */
  readonly instead?: ComponentChildren;
  /** The name, where the text alone does not say enough. */
  readonly label?: string;
  readonly tabIndex?: number;
  readonly children: ComponentChildren;
}

export function PanelLink({ panel, run = () => showPanel(panel, { focus: true }), instead = null, label, tabIndex, children }: Props): JSX.Element {
  if (!isShown(panel)) return <>{instead}</>;
  return (
    <button type="button" class="link" aria-label={label} tabIndex={tabIndex} onClick={run}>
      {children}
    </button>
  );
}
