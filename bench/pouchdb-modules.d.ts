/** The part of PouchDB that the benchmark uses; the packages carry no types. */
declare module 'pouchdb' {
  type BulkResult = { readonly error?: unknown }
  type ReplicationOptions = { readonly batch_size?: number }

  class PouchDB {
    constructor(name: string)
    static defaults(options: { readonly prefix: string }): typeof PouchDB
    static replicate(
      source: PouchDB | string,
      target: PouchDB | string,
      options: ReplicationOptions,
    ): Promise<{ readonly ok: boolean }>
    bulkDocs(docs: readonly object[]): Promise<readonly BulkResult[]>
    info(): Promise<{ readonly doc_count: number }>
    close(): Promise<void>
  }
  export = PouchDB
}

declare module 'express-pouchdb' {
  import type { RequestListener } from 'node:http'
  import type PouchDB from 'pouchdb'

  type ServerOptions = {
    readonly mode: 'minimumForPouchDB'
    readonly inMemoryConfig: boolean
    readonly overrideMode: { exclude: string[] }
  }
  function expressPouchDB(database: typeof PouchDB, options: ServerOptions): RequestListener
  export = expressPouchDB
}
