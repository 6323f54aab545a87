/** What stands in the store of a node, scope by scope, as text that can be compared. */

import { parseAudience } from '../../../packages/registry-core/src/commit/audience.ts'
import {
  logText,
  type Registry,
  toHex,
  type View,
} from '../../../packages/registry-core/src/index.ts'
import {
  openStore,
  type Store,
  scopePrefix,
  under,
} from '../../../packages/registry-core/src/store/store.ts'
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
    for (const scope of reference.records.keys()) {
      read.set(`${identity.client} ${scope}`, await readScope(store, scope))
    }
    await store.db.close()
  }
  return (node, scope) => read.get(`${node.identity.client} ${scope}`) ?? NOTHING
}

async function readScope(store: Store, scope: string): Promise<Contents> {
  const [ns = '', aud = ''] = scope.split('/')
  const range = under(scopePrefix({ ns: Number(ns), aud: parseAudience(aud) }))
  const views = new Map<string, View>()
  const lines: string[] = []
  for (const [key, text] of await store.views.iterator(range).all()) {
    const view = JSON.parse(text) as View
    views.set(`${view.kind}/${view.local}`, view)
    lines.push(`${key} ${text}`)
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
