/** The ways into the tour. */

import type { JSX } from "preact";
import { settings } from "../../state/store";
import type { MenuItem } from "../../widgets";
import { STEPS } from "./steps";
import { beginTour, resumeTour } from "./tour";

/** Where there is room for it. */
export function TourButton(): JSX.Element | null {
  const { tourOn, tourStep } = settings.value;
  if (tourOn) return null;
  return (
    <button type="button" class="tour-begin" onClick={tourStep === null ? () => void beginTour() : resumeTour}>
      {tourStep === null ? "Tour" : `Tour: step ${tourStep + 1}`}
    </button>
  );
}

export function tourItems(): readonly MenuItem[] {
  const { tourStep } = settings.value;
  const begin = { label: tourStep === null ? "Guided tour" : "Begin the tour anew", hint: `${STEPS.length} steps through an example.`, run: () => void beginTour() };
  return tourStep === null ? [begin] : [{ label: `Go on with the tour (step ${tourStep + 1} of ${STEPS.length})`, run: resumeTour }, begin];
}
