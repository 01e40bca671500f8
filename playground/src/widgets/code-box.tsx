/** The code editor, whose library comes when it is first shown. */

import { lazy } from "./lazy";

export const CodeBox = lazy(() => import("../editor/code-editor").then(({ CodeEditor }) => CodeEditor));
