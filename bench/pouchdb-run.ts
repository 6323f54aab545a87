/** PouchDB's part: one imports, and replicates over HTTP with another one. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PeerProcess } from './peer-process.ts'
import type { PouchDbCalls } from './pouchdb-peer.ts'
import type { Run } from './run.ts'
import type { Timing } from './timing.ts'

/** Which side asks, and how many documents at a time. */
export type PouchDbOptions = {
  readonly direction: 'push' | 'pull'
  readonly batch: number | undefined
}

/** Imports and replicates; throws when a document is missing afterwards. */
export async function runPouchDb(
  { dir, file, records, ...rest }: Run,
  options: PouchDbOptions,
): Promise<Timing> {
  const [source, target] = [join(dir, 'pouchdb-source'), join(dir, 'pouchdb-target')]
  await Promise.all([mkdir(source), mkdir(target)])
  const script = './pouchdb-peer.ts'
  await using from = new PeerProcess<PouchDbCalls>({ script, dir: source, ...rest })
  await using to = new PeerProcess<PouchDbCalls>({ script, dir: target, ...rest })
  await to.call('count')
  const importing = await from.call('import', file)
  const [asking, serving] = options.direction === 'push' ? [from, to] : [to, from]
  const url = await serving.call('listen')
  const replicating = await asking.call('replicate', { url, ...options })
  const counts = [await from.call('count'), await to.call('count')]
  if (counts.some((count) => count !== records)) {
    throw new Error(`pouchdb: not equal: ${records} records, counts ${counts.join(' and ')}`)
  }
  return { importing, replicating }
}
