/** Controls for all twelve base types. */

import { tellControls } from "./control";
import { ListControl } from "./lists";
import { DurationControl, MoneyControl, RecordControl, TaggedUnionControl } from "./parts";
import { BoolControl, DateControl, DateTimeControl, DecimalControl, EnumControl, IntControl, TextControl } from "./scalars";

tellControls({
  Bool: BoolControl,
  Date: DateControl,
  DateTime: DateTimeControl,
  Decimal: DecimalControl,
  Duration: DurationControl,
  Enum: EnumControl,
  Int: IntControl,
  List: ListControl,
  Money: MoneyControl,
  Record: RecordControl,
  TaggedUnion: TaggedUnionControl,
  Text: TextControl,
});

export { Control } from "./control";
export { hasOwnProblems } from "./parts";
