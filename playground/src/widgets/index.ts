/** The widgets that all panels share. */

export { announce, Announcer, toast } from "./announce";
export { CodeBox } from "./code-box";
export { Dialog } from "./dialog";
export { lazy } from "./lazy";
export { Menu, type MenuItem } from "./menu";
export { Problems } from "./problems";
export { saveFile } from "./save-file";
export { KeyboardHelp, registerShortcuts, type Shortcut, showShortcuts } from "./shortcuts";
export { type Tab, Tabs } from "./tabs";
export { Tooltip } from "./tooltip";
export { type Column, VirtualTable } from "./virtual-table";
