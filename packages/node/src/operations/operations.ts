/** What a command can do to a node, whether it runs (over its local API) or not (on its store). */
import {
  encodeTicket,
  hashToText,
  knownEnds,
  MuluError,
  type Profile,
  type Pruned,
  parseOrders,
  type Registry,
  type Right,
  recordToLine,
  textToHash,
} from '@mulu/registry-core'
import { type BackedUp, type BackupOrder, backUp } from '../backup/back-up.ts'
import { type ExportedBundle, type ExportOrder, exportBundle } from '../bundle/export-bundle.ts'
import { type BundleReport, type ImportOrder, importBundle } from '../bundle/import-bundle.ts'
import { createCrypto } from '../crypto.ts'
import { type Admitted, admitRequests } from '../federation/admit.ts'
import {
  type Adopted,
  adoptOrphans,
  listOrphans,
  type OrphanFilter,
  type OrphanShown,
} from '../federation/adopt.ts'
import {
  draftAdmissions,
  type OrdersWanted,
  type OrderTaken,
  takeOrders,
} from '../federation/agency-orders.ts'
import { type Erased, type ErasureOrder, eraseField } from '../federation/erase.ts'
import { requireWriter } from '../federation/own-writer.ts'
import { type Published, proposeRoster, publishRoster } from '../federation/propose.ts'
import { type Revocation, type Revoked, revokeWriter } from '../federation/revoke.ts'
import type { EndOrder, RosterOrders } from '../federation/roster-orders.ts'
import { statementNamespace } from '../federation/witness.ts'
import { type ImportOptions, type ImportReport, importFeed } from '../feed/import-feed.ts'
import type { NodeContext } from '../node-context.ts'
import { type ScrubStatus, scrubStatus } from '../scrub/scrub-status.ts'
import { type ErasureStatus, listErasureStatus } from '../status/erasures.ts'
import { type HeldPart, heldPart } from '../status/held-part.ts'
import { type KeepingStatus, keepingStatus } from '../status/keeping.ts'
import { type NodeStatus, readStatus } from '../status/node-status.ts'
import { listOrders, type OrderList } from '../status/orders.ts'
import { type SnapshotStatus, showSnapshot } from '../status/snapshots.ts'
import { makeEvidence } from './evidence.ts'
import { type Reindexed, reindex } from './reindex.ts'
import { type SubscribeOrder, type SubscribeReport, subscribe } from './subscribe.ts'
import { type Verification, verifyNode } from './verify.ts'

/** The operations. */
export type Operations = AsyncDisposable & {
  readonly status: () => Promise<NodeStatus>
  readonly importFeed: (options: ImportOptions) => Promise<ImportReport>
  readonly verify: (onProgress: (done: number, total: number) => void) => Promise<Verification>
  /** Reads the whole store through, names what has rotted and mends what it can. */
  readonly scrub: (onProgress: (done: number, total: number) => void) => Promise<ScrubStatus>
  /** Drops superseded values that another node keeps, or counts them. */
  readonly prune: (dryRun: boolean, onProgress: Progress) => Promise<PruneReport>
  /** Holds a part of the catalogue from now on, or all of it; or tells what that would change. */
  readonly subscribe: (order: SubscribeOrder) => Promise<SubscribeReport>
  /** The part that is held; null where that is everything. */
  readonly held: () => Promise<HeldPart | null>
  /** A file of evidence for `namespace/kind/local`, proven by a snapshot (the start of an id). */
  readonly evidence: (record: string, snapshot?: string) => Promise<Uint8Array>
  /** Signs a snapshot. */
  readonly snapshot: () => Promise<SnapshotStatus>
  /** Erases a field by a lawful order, and destroys it in every file of this node. */
  readonly erase: (order: ErasureOrder, onProgress?: Progress) => Promise<Erased>
  /** Orders of erasure, and which nodes have carried them out. */
  readonly erasures: () => Promise<readonly ErasureStatus[]>
  readonly reindex: (onProgress: (done: number, total: number) => void) => Promise<Reindexed>
  readonly exportLines: () => AsyncIterable<string>
  readonly exportBundle: (order: ExportOrder) => Promise<ExportedBundle>
  readonly importBundle: (order: ImportOrder) => Promise<BundleReport>
  /** Everything but keys, as it stood when this began, or what is new since another part. */
  readonly backup: (order: BackupOrder) => Promise<BackedUp>
  readonly ticket: () => Promise<string>
  /** Admits in one step, with the root keys in the folder; values are contents of request files. */
  readonly admit: (requests: readonly unknown[], rights?: readonly Right[]) => Promise<Admitted>
  /** The text of a proposal file. */
  readonly propose: (orders: RosterOrders) => Promise<string>
  /** The text of a draft of orders with which an agency admits newcomers. */
  readonly draftOrders: (wanted: OrdersWanted) => Promise<string>
  /** Takes signed orders in; the text of their file. */
  readonly takeOrders: (text: string) => Promise<readonly OrderTaken[]>
  /** Administrator keys and their orders. */
  readonly orders: () => Promise<OrderList>
  /** Publishes what enough root keys have signed; texts are copies of one proposal. */
  readonly publish: (texts: readonly string[], profile?: unknown) => Promise<Published>
  /** The profile that the roster names. */
  readonly profile: () => Promise<Profile>
  readonly chooseRoster: (hash: string) => Promise<void>
  readonly handover: () => Promise<Handover>
  readonly revoke: (wanted: Revocation) => Promise<Revoked>
  readonly orphans: (filter: OrphanFilter) => Promise<readonly OrphanShown[]>
  readonly adopt: (filter: OrphanFilter) => Promise<Adopted>
}

type Progress = (done: number, total: number) => void

/** What was dropped, or would be, and what this node keeps. */
export type PruneReport = Pruned & { readonly dryRun: boolean; readonly keeping: KeepingStatus }

/** The own writer and how far its logs go, as JSON. */
export type Handover = { readonly writer: number; readonly ends: readonly EndOrder[] }

/** The operations on a node that is open in this process. */
export function localOperations(
  context: NodeContext,
  close: () => Promise<void> = async () => undefined,
): Operations {
  const { folder, clock, store } = context
  return {
    status: () => readStatus(context),
    importFeed: (options) => importAlone(context, options),
    verify: (onProgress) => verifyNode(context, onProgress),
    scrub: (onProgress) => scrubNow(context, onProgress),
    prune: (dryRun, onProgress) => pruneNow(context, dryRun, onProgress),
    subscribe: (order) => subscribe(context, order),
    held: async () => heldPart(context),
    evidence: (record, snapshot) => makeEvidence(context, record, snapshot),
    snapshot: () => takeSnapshot(context),
    erase: (order, onProgress) => eraseField(context, order, onProgress),
    erasures: () => listErasureStatus(context, true),
    reindex: (onProgress) => reindex(context, onProgress),
    exportLines: () => exportLines(context),
    exportBundle: (order) => exportBundle(context, order),
    importBundle: (order) => importBundle(context, order),
    backup: (order) => backUp(context, order),
    ticket: async () => ticketOf(context),
    admit: (requests, rights) => {
      const texts = requests.map((request) => JSON.stringify(request))
      return admitRequests({ folder, registry: store.registry, clock }, texts, rights)
    },
    propose: async (orders) => proposeRoster({ registry: store.registry, clock }, orders),
    draftOrders: async (wanted) => draftAdmissions(store.registry, wanted),
    takeOrders: (text) => takeOrders(store.registry, parseOrders(text)),
    orders: async () => listOrders(store.registry),
    publish: (texts, profile) => publishRoster(store.registry, texts, profile),
    profile: async () => profileOf(store.registry),
    chooseRoster: (hash) => chooseRoster(store.registry, hash),
    handover: async () => handoverOf(context),
    revoke: (wanted) => revokeWriter(context, wanted),
    orphans: (filter) => listOrphans(context, filter),
    adopt: (filter) => adoptOrphans(context, filter),
    [Symbol.asyncDispose]: close,
  }
}

/** Nodes on which an import is running: a second one would plan on what the first changes. */
const importing = new WeakSet<NodeContext>()

/** Imports, unless an import is running; MULU_IMPORT_BUSY. */
async function importAlone(context: NodeContext, options: ImportOptions): Promise<ImportReport> {
  if (importing.has(context)) throw new MuluError('MULU_IMPORT_BUSY')
  importing.add(context)
  try {
    return await importFeed(context, options)
  } finally {
    importing.delete(context)
  }
}

async function scrubNow(
  { store, scrubber }: NodeContext,
  onProgress: (done: number, total: number) => void,
): Promise<ScrubStatus> {
  await scrubber.now(onProgress)
  return scrubStatus(store.registry, scrubber)
}

async function pruneNow(
  context: NodeContext,
  dryRun: boolean,
  onProgress: Progress,
): Promise<PruneReport> {
  const pruned = await context.pruner.now({ dryRun, onProgress })
  return { ...pruned, dryRun, keeping: await keepingStatus(context) }
}

async function takeSnapshot(context: NodeContext): Promise<SnapshotStatus> {
  const { registry } = context.store
  const ns = statementNamespace(requireWriter({ registry, signer: context.signer }))
  if (ns === undefined) throw new MuluError('MULU_GRANT_MISSING')
  const id = await registry.snapshot(ns)
  const taken = registry.snapshots().find((each) => hashToText(each.id) === hashToText(id))
  if (taken === undefined) throw new MuluError('MULU_INTERNAL')
  return showSnapshot(registry, taken)
}

async function* exportLines(context: NodeContext): AsyncGenerator<string> {
  for await (const view of context.store.registry.catalogue.views()) {
    const { id, kind, local, fields } = view
    const identifier = fields['identifier']
    yield recordToLine({
      id,
      kind,
      local,
      fields,
      ...(typeof identifier === 'string' ? { identifier } : {}),
    })
  }
}

function profileOf({ profile }: Registry): Profile {
  if (profile === undefined) throw new MuluError('MULU_PROFILE_MISSING')
  return profile
}

async function chooseRoster(registry: Registry, text: string): Promise<void> {
  const hash = textToHash(text)
  if (hash === undefined) throw new MuluError('MULU_NOT_FOUND', { details: { hash: text } })
  await registry.chooseRoster(hash)
}

function handoverOf({ store: { registry }, signer }: NodeContext): Handover {
  const { client } = requireWriter({ registry, signer })
  const ends = knownEnds(client, registry.heads()).flatMap(({ ns, aud, seq, id }) =>
    typeof aud === 'number' ? [{ namespace: ns, audience: aud, seq, id: hashToText(id) }] : [],
  )
  return { writer: client, ends }
}

function ticketOf(context: NodeContext): string {
  const { config, network, peerId } = context
  const fed = textToHash(config.federation.id)
  if (fed === undefined) throw new MuluError('MULU_CONFIG', { details: { file: 'config.json' } })
  const { host, port } = config.p2p
  const addresses = network()?.addresses() ?? [`/ip4/${host}/tcp/${port}/p2p/${peerId}`]
  return encodeTicket(createCrypto(), { fed, name: config.federation.name, addresses })
}
