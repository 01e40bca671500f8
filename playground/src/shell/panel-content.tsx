/** A panel's content. A fault in it is told in its place, and leaves the rest of the page usable. */

import { Component, type ComponentChildren } from "preact";
import { workspace } from "../state/store";
import type { Workspace } from "../state/workspace";
import type { Panel } from "./panel";

interface State {
  readonly fault: unknown;
  /** What was shown when it came: with the next change it may be gone. */
  readonly of: Workspace | null;
}

const NO_FAULT: State = { fault: null, of: null };

export class PanelContent extends Component<{ readonly panel: Panel }, State> {
  override state = NO_FAULT;

  override componentDidCatch(fault: unknown): void {
    console.error(fault);
    this.setState({ fault, of: workspace.peek() });
  }

  override render(): ComponentChildren {
    const { title, View } = this.props.panel;
    const { fault, of } = this.state;
    if (of === null || of !== workspace.value) return <View />;
    return (
      <div class="stack">
        <p class="error" role="alert">
          {`The panel ${title} cannot be shown, by a fault of this page: ${fault instanceof Error ? fault.message : String(fault)}. `}
          What you made is still there, and the other panels can be used. Change what you did last, or load the page again.
        </p>
        <p class="row">
          <button type="button" onClick={() => this.setState(NO_FAULT)}>
            Show it again
          </button>
        </p>
      </div>
    );
  }
}
