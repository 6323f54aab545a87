/** What a command can do to a node, whether it runs (over its local API) or not (on its store). */
import { encodeTicket, MuluError, type Right, recordToLine, textToHash } from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { type Admitted, admitRequests } from '../federation/admit.ts'
import { type ImportOptions, type ImportReport, importFeed } from '../feed/import-feed.ts'
import type { NodeContext } from '../node-context.ts'
import { type NodeStatus, readStatus } from '../status/node-status.ts'
import { type Reindexed, reindex } from './reindex.ts'
import { type Verification, verifyNode } from './verify.ts'

/** The operations. */
export type Operations = AsyncDisposable & {
  readonly status: () => Promise<NodeStatus>
  readonly importFeed: (options: ImportOptions) => Promise<ImportReport>
  readonly verify: (onProgress: (done: number, total: number) => void) => Promise<Verification>
  readonly reindex: (onProgress: (done: number, total: number) => void) => Promise<Reindexed>
  readonly exportLines: () => AsyncIterable<string>
  readonly ticket: () => Promise<string>
  readonly admit: (texts: readonly string[], rights?: readonly Right[]) => Promise<Admitted>
}

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
    reindex: (onProgress) => reindex(context, onProgress),
    exportLines: () => exportLines(context),
    ticket: async () => ticketOf(context),
    admit: (texts, rights) =>
      admitRequests({ folder, registry: store.registry, clock }, texts, rights),
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

function ticketOf(context: NodeContext): string {
  const { config, network, peerId } = context
  const fed = textToHash(config.federation.id)
  if (fed === undefined) throw new MuluError('MULU_CONFIG', { details: { file: 'config.json' } })
  const { host, port } = config.p2p
  const addresses = network()?.addresses() ?? [`/ip4/${host}/tcp/${port}/p2p/${peerId}`]
  return encodeTicket(createCrypto(), { fed, name: config.federation.name, addresses })
}
