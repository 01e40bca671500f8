/** A component whose code is fetched when it is first shown. */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props): JSX.Element {
    const [View, setView] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (View !== undefined || failed) return;
      load().then(
        (component) => setView(() => (loaded = component)),
        () => setFailed(true),
      );
    }, [View, failed]);
    if (View !== undefined) return <View {...props} />;
    if (!failed) return <p class="hint">Loading …</p>;
    return (
      <p class="error" role="alert">
        This part of the page could not be downloaded. <button onClick={() => setFailed(false)}>Try again</button>
      </p>
    );
  };
}
