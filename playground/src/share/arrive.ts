/** Links that hold a workspace, when the page is opened by one or one is followed while it is open. */

import { readable } from "../state/read";
import { toast } from "../widgets";
import { holdsWorkspace, workspaceIn } from "./link";
import { openWorkspace } from "./open";

/** Opens what the address holds, now and whenever it changes. Gives whether something was opened now. */
export function followLinks(): Promise<boolean> {
  addEventListener("hashchange", () => void arrive());
  return arrive();
}

async function arrive(): Promise<boolean> {
  const { hash } = location;
  if (!holdsWorkspace(hash)) return false;
  try {
    openWorkspace(await workspaceIn(hash), "The link's workspace is open.");
    // From here on the workspace changes: the address must not claim to hold it, nor bring it back at the next reload.
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  } catch (thrown) {
    toast(`The link could not be opened: ${readable(thrown)}.`, { tone: "bad" });
    return false;
  }
}
