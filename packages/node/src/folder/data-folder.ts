/**
 * The data folder of a node.
 *
 * | path | what | mode | in a backup |
 * |---|---|---|---|
 * | store/ | LevelDB: commits, records, indexes, work | | yes |
 * | keys/writer.key | seed of the key that signs commits | 0600 | never |
 * | keys/next-writer.key | the next one, until the roster lists it | 0600 | never |
 * | keys/transport.key | seed of the libp2p identity | 0600 | never |
 * | access-key | bearer key of the local API | 0600 | never |
 * | root/*.key | seeds of the root keys, to be moved offline | 0600 | never |
 * | root/*.signed | the newest roster version that each has signed | 0600 | never |
 * | config.json | who this node is and where it listens | 0600 | yes |
 * | join-request.json | to be carried to the root holders | | |
 * | addresses.json | where other nodes were last reached | | |
 * | opened | how often the store was opened and not closed again | 0600 | |
 * | scrub.json | when the store was last read through, and what was found | 0600 | |
 * | run.json | the process that has the store open | | |
 * | log/node.log | JSON lines | | |
 */
import { join, resolve } from 'node:path'

/** Where everything of one node stands. */
export type DataFolder = {
  readonly dir: string
  readonly store: string
  readonly keys: string
  readonly writerKey: string
  readonly nextWriterKey: string
  readonly transportKey: string
  readonly accessKey: string
  readonly root: string
  readonly config: string
  readonly joinRequest: string
  readonly addresses: string
  readonly opened: string
  readonly scrub: string
  readonly run: string
  readonly log: string
}

/** The paths of the data folder `dir`; touches nothing. */
export function dataFolder(dir: string): DataFolder {
  const at = (...parts: readonly string[]): string => join(resolve(dir), ...parts)
  return {
    dir: resolve(dir),
    store: at('store'),
    keys: at('keys'),
    writerKey: at('keys', 'writer.key'),
    nextWriterKey: at('keys', 'next-writer.key'),
    transportKey: at('keys', 'transport.key'),
    accessKey: at('access-key'),
    root: at('root'),
    config: at('config.json'),
    joinRequest: at('join-request.json'),
    addresses: at('addresses.json'),
    opened: at('opened'),
    scrub: at('scrub.json'),
    run: at('run.json'),
    log: at('log', 'node.log'),
  }
}
