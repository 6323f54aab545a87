import type { Database } from '@mulu/registry-core'
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { writeEncoded } from '../../src/store/encoded-batch.ts'

type Batching = { readonly batch: (operations: unknown, options: object) => Promise<void> }

/** The same batches for a database and for one whose batches are encoded by us. */
async function rowsAfter(db: Database): Promise<readonly unknown[]> {
  const bytes = db.sublevel<string, Uint8Array>('records', { valueEncoding: 'view' })
  const texts = db.sublevel<string, string>('work', {})
  const below = texts.sublevel<string, object>('deep', { valueEncoding: 'json' })
  const batches: readonly (readonly unknown[])[] = [
    [
      { type: 'put', sublevel: bytes, key: '00/1/资源', value: Uint8Array.of(0, 255, 7) },
      { type: 'put', sublevel: bytes, key: 'empty', value: new Uint8Array() },
      { type: 'put', sublevel: below, key: 'k', value: { a: [1, null] } },
      { type: 'put', key: 'top', value: 'text' },
      { type: 'put', key: 'gone', value: 'text' },
      { type: 'put', key: 'odd', value: { b: 1 }, valueEncoding: 'json' },
    ],
    [
      { type: 'del', key: 'gone' },
      { type: 'put', sublevel: bytes, key: 'empty', value: Uint8Array.of(1) },
      { type: 'put', sublevel: bytes, key: 'empty', value: Uint8Array.of(2) },
      { type: 'del', sublevel: texts, key: 'not there' },
    ],
    [],
  ]
  for (const batch of batches) await (db as unknown as Batching).batch(batch, { sync: true })
  await texts.batch([{ type: 'put', key: 'baseline', value: '{"title":"水"}' }])
  return db.iterator({ keyEncoding: 'buffer', valueEncoding: 'buffer' } as object).all()
}

function memory(): Database {
  return new MemoryLevel<string, string>() as unknown as Database
}

describe('a database whose batches are encoded here', () => {
  it('[ND35] writes, sublevel by sublevel, the very bytes that abstract-level itself writes', async () => {
    const rows = await rowsAfter(writeEncoded(memory()))
    expect(rows).to.have.length(6)
    expect(rows).to.deep.equal(await rowsAfter(memory()))
  })

  it('[ND36] refuses a batch once the database is closed', async () => {
    const db = writeEncoded(memory())
    await db.open()
    await db.close()
    const refused = await Promise.resolve(db.batch([{ type: 'put', key: 'k', value: 'v' }])).then(
      () => undefined,
      (error: unknown) => (error as { readonly code: string }).code,
    )
    expect(refused).to.equal('LEVEL_DATABASE_NOT_OPEN')
  })
})
