/**
 * The views of stored records. A view is a function of the stored slots and the profile and is
 * made when it is asked for, so it can be neither stale nor at odds with them.
 */
import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import type { Profile } from '../profile/profile.ts'
import { buildView } from '../record/build-view.ts'
import type { Row } from '../record/document.ts'
import { shownSlots } from '../record/live-slots.ts'
import type { View } from '../record/view.ts'
import { openOrNothing } from '../scrub/check-record.ts'
import type { ViewReader } from '../search/view-reader.ts'
import { type Scope, type Store, scopeOfKey, scopePrefix } from '../store/store.ts'

/** What views are made from. */
export type ViewContext = {
  readonly crypto: Crypto
  readonly store: Store
  /** The profile that views are made with; undefined before any is here. */
  readonly profile: () => Profile | undefined
  readonly stamp: (scope: Scope, row: Row) => Stamp
}

/** Reads views by the keys of their records in the store. */
export class StoredViews implements ViewReader {
  readonly #context: ViewContext

  constructor(context: ViewContext) {
    this.#context = context
  }

  async read(keys: readonly string[]): Promise<readonly (View | undefined)[]> {
    const stored = await this.#context.store.records.getMany([...keys])
    return keys.map((key, i) => this.#view(key, stored[i]))
  }

  async after(
    key: string,
    limit: number,
  ): Promise<readonly (readonly [key: string, view: View | undefined])[]> {
    const rows = await this.#context.store.records.iterator({ gt: key, limit }).all()
    return rows.map(([at, stored]) => [at, this.#view(at, stored)] as const)
  }

  /** All, or those after a key. */
  all(after = ''): AsyncIterable<readonly [key: string, view: View]> {
    // The iterator sees the store as it is now, also where it is read later.
    return this.#each(this.#context.store.records.iterator({ gt: after }))
  }

  async *#each(
    rows: AsyncIterable<[string, Uint8Array]>,
  ): AsyncGenerator<readonly [key: string, view: View]> {
    for await (const [key, stored] of rows) {
      const view = this.#view(key, stored)
      if (view !== undefined) yield [key, view]
    }
  }

  #view(key: string, stored: Uint8Array | undefined): View | undefined {
    if (stored === undefined) return undefined
    const profile = this.#context.profile()
    if (profile === undefined) return undefined
    const scope = scopeOfKey(key)
    const rec = key.slice(scopePrefix(scope).length + 1)
    const stamp = (row: Row): Stamp => this.#context.stamp(scope, row)
    const document = openOrNothing(stored)
    // A record that has rotted is left out until the scrub has built it anew.
    if (document === undefined) return undefined
    const shown = shownSlots(document)
    return buildView({ crypto: this.#context.crypto, profile, stamp }, scope.ns, rec, shown)
  }
}
