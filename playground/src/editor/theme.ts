/** How the editor looks: the page's own colours, which reach into its shadow root. */

import { EditorView } from "@codemirror/view";

export const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--panel)", fontSize: "0.85rem" },
  // The frame around the editor shows the focus.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--mark)",
  },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--sunken) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--closed)", color: "var(--ink)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--closed)", border: "1px solid var(--edge)", color: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad)" },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--warn)", color: "var(--warn-ink)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".cm-panels .cm-textfield, .cm-panels .cm-button": {
    backgroundColor: "var(--panel)",
    backgroundImage: "none",
    color: "var(--ink)",
    borderColor: "var(--edge)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    color: "var(--ink)",
    border: "1px solid var(--edge)",
    borderRadius: "0.3rem",
    maxWidth: "min(36rem, 90vw)",
  },
  ".cm-tooltip-hover .cm-name": { padding: "0.3rem 0.6rem", fontFamily: "var(--mono)", fontSize: "0.8rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.8", fontStyle: "normal" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad-ink)" },
  ".cm-diagnosticSource": { opacity: "1", color: "var(--soft)" },
  ".cm-diagnosticText": { whiteSpace: "pre-wrap" },
  // The library draws its line with an image; colours of the theme need a plain decoration.
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--error-line)",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-lint-marker-error": { content: '""', borderRadius: "50%", backgroundColor: "var(--error-line)", width: "0.7em", height: "0.7em", margin: "0.35em 0.15em" },
});
