import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { DigestTree } from '../../src/catalogue/digest-tree.ts'
import { DOMAIN, type Hash, hashOfText, hashToText } from '../../src/crypto.ts'
import type { Database } from '../../src/registry.ts'
import { commitBatch, openStore, type Store } from '../../src/store/store.ts'
import { testCrypto as crypto } from '../../testing/crypto.ts'

const SCOPE = { ns: 7, aud: 1 } as const
const RECS = Array.from({ length: 3_000 }, (_, i) => `resource/r${i}`)

type Leaves = readonly (readonly [rec: string, leaf: Hash | undefined])[]

class Bench {
  readonly #store: Store
  readonly #tree: DigestTree

  private constructor(store: Store) {
    this.#store = store
    this.#tree = new DigestTree(crypto, store)
  }

  static async open(): Promise<Bench> {
    return new Bench(await openStore(new MemoryLevel<string, string>() as unknown as Database))
  }

  async set(leaves: Leaves): Promise<this> {
    const stage = this.#tree.stage(SCOPE)
    for (const [rec, leaf] of leaves) stage.set(rec, leaf)
    await commitBatch(this.#store, stage.operations)
    stage.apply()
    return this
  }

  async root(): Promise<string> {
    return hashToText(await this.#tree.root(1))
  }
}

function leaf(rec: string): Hash {
  return hashOfText(crypto, DOMAIN.leaf, rec)
}

describe('the catalogue digest', () => {
  it('[LG19] is one, however many records changed between two looks at it', async () => {
    const all: Leaves = RECS.map((rec) => [rec, leaf(rec)])
    const atOnce = await Bench.open()
    await atOnce.set(all)
    const bitByBit = await Bench.open()
    for (let from = 0; from < all.length; from += 100) {
      await bitByBit.set(all.slice(from, from + 100))
      await bitByBit.root()
    }
    expect(await atOnce.root()).to.equal(await bitByBit.root())

    const gone: Leaves = RECS.slice(20).map((rec) => [rec, undefined])
    await atOnce.set(gone)
    const few = await (await Bench.open()).set(all.slice(0, 20))
    expect(await atOnce.root()).to.equal(await few.root())
    await atOnce.set(RECS.slice(0, 20).map((rec) => [rec, undefined]))
    expect(await atOnce.root()).to.equal(await (await Bench.open()).root())
  })
})
