/** What stands in the store of a node, scope by scope, as text that can be compared. */
import { parseAudience } from '../../../packages/registry-core/src/commit/audience.ts'
import {
  CN_GOV_PROFILE,
  canonicalJson,
  type JsonValue,
  logText,
  type Registry,
  type Stamp,
  toHex,
  type View,
} from '../../../packages/registry-core/src/index.ts'
import { Logs } from '../../../packages/registry-core/src/log/logs.ts'
import { effectiveStamp } from '../../../packages/registry-core/src/log/past.ts'
import { buildView } from '../../../packages/registry-core/src/record/build-view.ts'
import { RecordDocument, type Row } from '../../../packages/registry-core/src/record/document.ts'
import { liveSlots } from '../../../packages/registry-core/src/record/live-slots.ts'
import {
  openStore,
  type Scope,
  type Store,
  scopePrefix,
  under,
} from '../../../packages/registry-core/src/store/store.ts'
import { testCrypto } from '../../../packages/registry-core/testing/crypto.ts'
import type { Reference } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'

/** The views and leaves of one scope. */
export type Contents = {
  readonly views: ReadonlyMap<string, View>
  /** Views and leaves as one text. */
  readonly text: string
}

/** The contents of a scope (`ns/audience`) at a node. */
export type ContentsOf = (node: SimNode, scope: string) => Contents

const NOTHING: Contents = { views: new Map(), text: '' }

/** Reads every scope of the reference off the disks of some nodes. */
export async function readContents(
  nodes: readonly SimNode[],
  reference: Reference,
): Promise<ContentsOf> {
  const read = new Map<string, Contents>()
  for (const { disk, identity } of nodes) {
    const store = await openStore(disk.open())
    const logs = await Logs.load(testCrypto, store)
    for (const text of reference.records.keys()) {
      const [ns = '', aud = ''] = text.split('/')
      const scope = { ns: Number(ns), aud: parseAudience(aud) }
      read.set(`${identity.client} ${text}`, await readScope(store, logs, scope))
    }
    await store.db.close()
  }
  return (node, scope) => read.get(`${node.identity.client} ${scope}`) ?? NOTHING
}

/** The catalogue shows what is for the federation only; views of other scopes are made here. */
async function readScope(store: Store, logs: Logs, scope: Scope): Promise<Contents> {
  const range = under(scopePrefix(scope))
  const stamp = (row: Row): Stamp => effectiveStamp(logs, scope, row)
  const context = { crypto: testCrypto, profile: CN_GOV_PROFILE, stamp }
  const views = new Map<string, View>()
  const lines: string[] = []
  for (const [key, stored] of await store.records.iterator(range).all()) {
    const rec = key.slice(range.gt.length)
    const live = liveSlots(RecordDocument.open(stored).slots())
    const view = buildView(context, scope.ns, rec, live)
    if (view === undefined) continue
    views.set(rec, view)
    lines.push(`${key} ${canonicalJson(view as unknown as JsonValue)}`)
  }
  for (const [key, leaf] of await store.leaves.iterator(range).all()) {
    lines.push(`${key} ${toHex(leaf)}`)
  }
  return { views, text: lines.join('\n') }
}

/** The ends of the logs a node stands on, of one scope. */
export function acceptedOf(registry: Registry, scope: string): string {
  return registry
    .heads()
    .filter(({ log, accepted }) => logText(log).startsWith(`${scope}/`) && accepted.seq > 0)
    .map(({ log, accepted }) => `${logText(log)} ${accepted.seq} ${toHex(accepted.id)}`)
    .sort()
    .join('\n')
}
