/** One PouchDB on LevelDB, which serves itself over HTTP or replicates with one that does. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import expressPouchDb from 'express-pouchdb'
import PouchDb from 'pouchdb'
import { servePeer } from './peer-calls.ts'
import { timed } from './timed.ts'
import type { Took } from './timing.ts'

/** What the benchmark asks of a PouchDB. */
export type PouchDbCalls = {
  readonly import: (file: string) => Promise<Took>
  /** Serves the database and gives its URL. */
  readonly listen: () => Promise<string>
  /** Replicates with the one at a URL, in batches of PouchDB's own size unless one is given. */
  readonly replicate: (other: {
    readonly url: string
    readonly direction: 'push' | 'pull'
    readonly batch: number | undefined
  }) => Promise<Took>
  readonly count: () => Promise<number>
}

/** Documents in one call of bulkDocs. */
const BULK_DOCS = 1_000
const NAME = 'records'

const [dir = ''] = process.argv.slice(2)
const Databases = PouchDb.defaults({ prefix: `${dir}/` })
const database = new Databases(NAME)
let server: Server | undefined

const calls: PouchDbCalls = {
  import: (file) =>
    timed('import', async () => {
      const feed = JSON.parse(await readFile(file, 'utf8')) as Feed
      const docs = feed.dataset.map((dataset) => ({ _id: dataset.identifier, ...dataset }))
      for (let from = 0; from < docs.length; from += BULK_DOCS) {
        const results = await database.bulkDocs(docs.slice(from, from + BULK_DOCS))
        if (results.some(({ error }) => error !== undefined)) throw new Error('a doc was refused')
      }
    }),
  listen: async () => {
    server = createServer(createHandler()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${NAME}`
  },
  replicate: ({ url, direction, batch }) =>
    timed('replicate', async () => {
      const [source, target] = direction === 'push' ? [database, url] : [url, database]
      const options = batch === undefined ? {} : { batch_size: batch }
      await PouchDb.replicate(source, target, options)
    }),
  count: async () => (await database.info()).doc_count,
}

type Feed = { readonly dataset: readonly { readonly identifier: string }[] }

servePeer(calls, async () => {
  server?.closeAllConnections()
  server?.close()
  await database.close()
})

/** The leanest mode, and no compression, which costs time on a loopback. */
function createHandler() {
  return expressPouchDb(Databases, {
    mode: 'minimumForPouchDB',
    inMemoryConfig: true,
    overrideMode: { exclude: ['compression'] },
  })
}
