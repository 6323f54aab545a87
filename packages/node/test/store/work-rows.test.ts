import type { Database } from '@mulu/registry-core'
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import {
  keysSince,
  markRows,
  putRows,
  type RowsMark,
  workRowsOf,
} from '../../src/store/work-rows.ts'

describe('rows of the shell', () => {
  let db: Database
  let lines: number

  beforeEach(() => {
    db = new MemoryLevel<string, string>({ storeEncoding: 'view' }) as unknown as Database
    lines = 0
  })

  const mark = (): Promise<RowsMark> => markRows(db, () => `line ${++lines}`)

  async function since(before: RowsMark): Promise<readonly string[] | undefined> {
    const now = await mark()
    const snapshot = db.snapshot()
    try {
      const keys = await keysSince(db, snapshot, before, now)
      return keys && [...keys]
    } finally {
      await snapshot.close()
    }
  }

  it('[BK68] are told by key when they were written after a mark, each once, also at the same time', async () => {
    await putRows(db, [['a', '1']])
    const before = await mark()
    await Promise.all([
      putRows(db, [
        ['b', '1'],
        ['c', '1'],
      ]),
      putRows(db, [['b', '2']]),
      putRows(db, []),
    ])
    expect(await since(before)).to.deep.equal(['b', 'c'])
    expect(await workRowsOf(db).get('b')).to.equal('2')
    expect(await since(await mark())).to.deep.equal([])
    expect(lines).to.equal(1)
  })

  it('[BK68] are not told for a mark of another store, ahead of this one, or too long ago', async () => {
    const start = await mark()
    await putRows(db, [['a', '1']])
    const { line, revision } = await mark()
    expect(await since({ line: 'another', revision })).to.equal(undefined)
    expect(await since({ line, revision: revision + 1 })).to.equal(undefined)
    for (let n = 1; n < 1_024; n++) await putRows(db, [['b', String(n)]])
    expect(await since(start)).to.deep.equal(['a', 'b'])
    await putRows(db, [['c', '1']])
    expect(await since(start)).to.equal(undefined)
    expect(await since({ line, revision })).to.deep.equal(['b', 'c'])
  })
})
