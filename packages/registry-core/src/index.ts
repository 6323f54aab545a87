/**
 * The core of Mulu: records, commits, logs, roster, catalogue and synchronisation, without I/O,
 * clock or randomness. `openRegistry` is the way in; a shell passes it a database and the rest.
 */
export { assertNever } from './assert.ts'
export {
  type BundleAim,
  type BundleContents,
  bundleContents,
  type Carried,
} from './bundle/contents.ts'
export { BundleIntake, type BundleTally } from './bundle/intake.ts'
export { pagesOf } from './bundle/pages.ts'
export { decodePart, encodePart, type Part, type Row } from './bundle/part.ts'
export { stillHolds } from './bundle/still-holds.ts'
export type {
  AgencyCounts,
  Catalogue,
  ConflictSource,
  FieldProvenance,
  HistoryItem,
  Item,
  NotHeld,
  Page,
  Query,
  Source,
} from './catalogue/catalogue.ts'
export { noCounts } from './catalogue/counts.ts'
export type { Difference, Fate } from './catalogue/differences.ts'
export { type Moment, momentText } from './catalogue/moment.ts'
export { isSlotValue, type SlotValue } from './commit/any-value.ts'
export { type Audience, audienceText } from './commit/audience.ts'
export { encodeBody, type Slot } from './commit/body.ts'
export { bodiesRoot, type Commit, commitId, decodeCommit, encodeCommit } from './commit/commit.ts'
export { decodeHeader, type Entry, encodeHeader, type Header, type Stamp } from './commit/header.ts'
export { type Over, overOf } from './commit/over.ts'
export {
  type Crypto,
  DOMAIN,
  ed25519Key,
  type Hash,
  hash,
  hashToText,
  keyToText,
  type PublicKey,
  type Signer,
  signFor,
  sm2Key,
  sm3Hash,
  textToHash,
  textToKey,
  verify,
} from './crypto.ts'
export { concat, equalBytes, fromHex, toHex, utf8, utf8ToText } from './encoding/bytes.ts'
export { decodeCbor, encodeCbor } from './encoding/cbor.ts'
export { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from './encoding/json.ts'
export type { DueField, EraseOrder, Erasure, Ordering } from './erasure/erasing.ts'
export {
  ERRORS,
  type ErrorCode,
  type ErrorDetails,
  isMuluError,
  MuluError,
} from './errors.ts'
export { type Checked, checkEvidence, type ShownSnapshot } from './evidence/check.ts'
export { decodeEvidence, type Evidence, encodeEvidence } from './evidence/evidence.ts'
export { gatherEvidence } from './evidence/gather.ts'
export type { Candidate, FeedError } from './exchange/candidate.ts'
export { portalFromFields } from './exchange/cn-portals-line.ts'
export { datasetFromFields } from './exchange/dcat-us-dataset.ts'
export { type Feed, type FeedEntry, readFeed } from './exchange/feed.ts'
export {
  type FeedPart,
  type FeedRecord,
  fieldsToText,
  textToFields,
} from './exchange/feed-parts.ts'
export { isSameJson } from './exchange/field-entry.ts'
export {
  ERASED,
  type ImportInput,
  type ImportNote,
  type ImportPlan,
  planImport,
} from './exchange/import-plan.ts'
export { harvestLocal } from './exchange/local-id.ts'
export { type ExportRecord, recordToLine } from './exchange/mulu-jsonl.ts'
export * as limits from './limits.ts'
export { type LogHead, type LogKey, type LogPosition, logText, parseLog } from './log/log.ts'
export {
  adoptionChanges,
  type Orphan,
  type OrphanEntry,
  type PositionedCommit,
} from './log/orphans.ts'
export type { Acceptance, Missing, Outcome } from './log/outcome.ts'
export { allCommits } from './log/serving.ts'
export { openRegistry } from './open-registry.ts'
export { CN_GOV_PROFILE } from './profile/cn-gov.ts'
export { DCAT_PROFILE } from './profile/dcat.ts'
export { parseProfile } from './profile/parse-profile.ts'
export { type Problem, prepareProblems } from './profile/problems.ts'
export {
  classOf,
  kindProfile,
  type Label,
  type Profile,
  rankOf,
  type Term,
  type Vocabulary,
} from './profile/profile.ts'
export { isArchive } from './pruning/archived.ts'
export type { Pruned, PruneOptions } from './pruning/prune.ts'
export { Queue } from './queue.ts'
export { isPath } from './record/path.ts'
export { parseRecordId, type RecordId, recOf } from './record/record-id.ts'
export type { Conflict, View } from './record/view.ts'
export type {
  Attested,
  Author,
  Change,
  Damage,
  Database,
  Erasing,
  Holding,
  Pruning,
  Registry,
  RegistryEvent,
  RegistryOptions,
  Statements,
  Totals,
  Write,
  Written,
} from './registry.ts'
export {
  type AdministratorRequest,
  createAdministratorRequest,
  parseAdministratorRequest,
} from './roster/administrator-request.ts'
export {
  type Administrator,
  ORDER_RULES,
  ORDERED_WRITERS_FROM,
  orderedWriter,
  placeOf,
} from './roster/administrators.ts'
export { admissionChanges, type Founding, foundingChanges } from './roster/admission.ts'
export type { Labels, LogEnd, NodeRole, Right, RosterChange } from './roster/change.ts'
export { type Closing, closingChanges, knownEnds } from './roster/closing.ts'
export { hasRight, openGrant } from './roster/grant.ts'
export {
  createJoinRequest,
  isHandedOver,
  type JoinClaim,
  type JoinRequest,
  parseJoinRequest,
  type Succession,
} from './roster/join-request.ts'
export {
  type Admission,
  encodeOrderBody,
  type Order,
  type OrderClaim,
  type OrderedClosing,
  type OrderedGrant,
  readOrder,
  signOrder,
} from './roster/order.ts'
export {
  encodeOrderDraft,
  encodeOrders,
  type OrderDraft,
  parseOrderDraft,
  parseOrders,
  type ReadOrderDraft,
  readOrderDraft,
  type SignedOrders,
  signOrderDraft,
} from './roster/order-draft.ts'
export type { MarkedOrders, OrderMark } from './roster/order-marks.ts'
export {
  admissionActs,
  closingAct,
  numberedOrders,
  type OrderAct,
  type OrderGround,
} from './roster/order-plan.ts'
export { orderRefusal, reachRefusal } from './roster/order-verdict.ts'
export { blamedRefusal, type OrderOutcome, type TakenOrder } from './roster/ordered-chain.ts'
export { type JudgedOrder, withOrders } from './roster/orders.ts'
export {
  encodeProposal,
  mergeProposals,
  type Proposal,
  parseProposal,
  proposalToRoster,
  type Quorum,
  type ReadProposal,
  readProposal,
  signProposal,
} from './roster/proposal.ts'
export {
  draftRoster,
  encodeRoster,
  type Roster,
  type RosterDraft,
  type RosterFork,
  type RosterSignature,
  readDraft,
  rosterMessage,
  verifyRoster,
} from './roster/roster.ts'
export { profileHash, profileToBytes } from './roster/roster-store.ts'
export type { Agency, Grant, Namespace, RosterState, Writer } from './roster/state.ts'
export { encodeTicket, parseTicket, type Ticket } from './roster/ticket.ts'
export type { DamagedCommit } from './scrub/damage.ts'
export type { Finding, FindingKind } from './scrub/finding.ts'
export type { Scrubbed, ScrubOptions } from './scrub/scrub.ts'
export type { IndexCheck } from './search/check-index.ts'
export { SORTS } from './search/cursor.ts'
export { FACETS, FILTERS, type Filter, type FilterName, filterOf } from './search/filters.ts'
export type { Suggestion } from './search/suggest.ts'
export { foldWord } from './search/text/fold.ts'
export { matchRanges, type TextRange } from './search/text/highlight.ts'
export { soundOf } from './search/text/pinyin.ts'
export { type ParsedQuery, parseQuery } from './search/text/query.ts'
export { respell, type Spelling, withoutWord } from './search/text/spelling.ts'
export { synonymsOf } from './search/text/synonyms.ts'
export type { SnapshotProof } from './snapshot/proof.ts'
export type { Disagreement } from './snapshot/review.ts'
export type { Snapshot } from './snapshot/settlement.ts'
export type { Judgement } from './snapshot/witness.ts'
export type { Sublevel } from './store/store.ts'
export { digestOver, heldDigest } from './subscription/held-digest.ts'
export type { Amount, SubscriptionPlan } from './subscription/plan-subscription.ts'
export { whyWhole } from './subscription/subscriber.ts'
export {
  agenciesWithin,
  REGION_TEXT_MAX,
  SUBSCRIBED_AGENCIES_MAX,
  SUBSCRIBED_REGIONS_MAX,
  type Subscription,
  saysItHolds,
  subscribedNamespaces,
  subscriptionOf,
} from './subscription/subscription.ts'
export { isMember, mayHold, memberByPeer, membersByPeer } from './sync/audience-rule.ts'
export { decodeFrame, encodeFrame, type Frame } from './sync/frame.ts'
export type { HeadNote, PeerAddresses } from './sync/frame-parts.ts'
export type { NodeReport } from './sync/report.ts'
export { stepRequester } from './sync/requester.ts'
export { type Resumption, resumedRequester, resumptionOf } from './sync/requester-parts.ts'
export {
  claimsOf,
  NEW_REQUESTER,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterPhase,
  type RequesterState,
} from './sync/requester-state.ts'
export {
  NEW_RESPONDER,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  stepResponder,
} from './sync/responder.ts'
export { headsBeyond, type Share, type SharePart, shareOf } from './sync/share.ts'
export type { SyncContext, SyncReplica } from './sync/sync-context.ts'
export { PROGRESS_BYTES } from './sync/sync-limits.ts'
export { SyncReading } from './sync/sync-reading.ts'
export type { Outdated } from './sync/versions.ts'
