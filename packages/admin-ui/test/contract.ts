/**
 * What the pages take for the answers of a node is what the node gives: this file compiles only
 * while each type of api.ts takes the one that the node answers with.
 */
import type { ItemShown, PageShown } from '../../node/src/http/page-document.ts'
import type {
  ShownConflict,
  ShownHistory,
  ShownProvenance,
  ShownSource,
  ShownValue,
} from '../../node/src/http/present-source.ts'
import type { NotHeldShown, RecordShown } from '../../node/src/http/record-document.ts'
import type { SubscribeReport } from '../../node/src/operations/subscribe.ts'
import type { AgencyList } from '../../node/src/status/agencies.ts'
import type { ErasureStatus } from '../../node/src/status/erasures.ts'
import type { NodeStatus } from '../../node/src/status/node-status.ts'
import type { OrderList as OrderListGiven } from '../../node/src/status/orders.ts'
import type { RosterShown } from '../../node/src/status/roster.ts'
import type { OrderList } from '../src/agency-orders.ts'
import type {
  AgencyRow,
  AsOf,
  Conflict,
  ConflictValue,
  Erasure,
  FieldSource,
  HistoryItem,
  Item,
  NotHeld,
  RecordList,
  RecordView,
  Roster,
  Source,
  Status,
} from '../src/api.ts'
import type { PartChange } from '../src/node/part/part.ts'

/** A type of the pages, and that of the node, which has to fit it. */
type Taken<Page, Given extends Page> = readonly [Page, Given]

export type Contract = [
  Taken<Status, NodeStatus>,
  Taken<OrderList, OrderListGiven>,
  Taken<Erasure, ErasureStatus>,
  Taken<Source, ShownSource>,
  Taken<ConflictValue, ShownValue>,
  Taken<Conflict, ShownConflict>,
  Taken<PartChange, SubscribeReport>,
  Taken<{ readonly items: readonly AgencyRow[]; readonly asOf: AsOf }, AgencyList>,
  Taken<Roster, RosterShown>,
  Taken<Item, ItemShown>,
  // A page counts the facets that were asked for; the portal asks for all that it reads.
  Taken<Omit<RecordList, 'facets'>, PageShown>,
  Taken<RecordView, RecordShown>,
  Taken<NotHeld, NotHeldShown>,
  Taken<FieldSource, ShownProvenance>,
  Taken<HistoryItem, ShownHistory>,
]
