/** Which panels an embedded page shows. */

import type { Panel } from "../shell/panel";
import { PANELS } from "../shell/panels";
import { settings } from "../state/store";
import type { EmbedMode } from "./mode";

export function panelsOf({ panels }: EmbedMode): readonly Panel[] {
  return panels.length === 0 ? PANELS : panels.flatMap((id) => PANELS.filter((panel) => panel.id === id));
}

/** The one in view; none where no panel that was named exists. */
export function chosenPanel(mode: EmbedMode): Panel | undefined {
  const shown = panelsOf(mode);
  return shown.find(({ id }) => id === settings.value.phone) ?? shown[0];
}
