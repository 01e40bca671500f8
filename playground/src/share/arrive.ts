/** Links that hold a workspace, when the page is opened by one or one is followed while it is open. */

import { readable } from "../state/read";
import type { Workspace } from "../state/workspace";
import { toast } from "../widgets";
import { holdsWorkspace, workspaceIn } from "./link";
import { openWorkspace } from "./open";

type Open = (workspace: Workspace) => void;

const openAndSay: Open = (workspace) => openWorkspace(workspace, "The link's workspace is open.");

/** Opens what the address holds, now and whenever it changes. Gives whether something was opened now. */
export function followLinks(open: Open = openAndSay): Promise<boolean> {
  addEventListener("hashchange", () => void arrive(open));
  return arrive(open);
}

async function arrive(open: Open): Promise<boolean> {
  const { hash } = location;
  if (!holdsWorkspace(hash)) return false;
  try {
    open(await workspaceIn(hash));
    // From here on the workspace changes: the address must not claim to hold it, nor bring it back at the next reload.
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  } catch (thrown) {
    toast(`The link could not be opened: ${readable(thrown)}.`, { tone: "bad" });
    return false;
  }
}
