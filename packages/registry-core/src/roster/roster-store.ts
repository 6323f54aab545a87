/** The roster chain and the profiles it names, as they are kept and loaded. */
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { equalBytes, toHex, utf8, utf8ToText } from '../encoding/bytes.ts'
import { canonicalJson, type JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { PROFILE_BYTES_MAX } from '../limits.ts'
import { parseProfile } from '../profile/parse-profile.ts'
import type { Profile } from '../profile/profile.ts'
import { commitBatch, fixedHex, type Operation, put, type Store } from '../store/store.ts'
import { type Roster, verifyRoster } from './roster.ts'

/** The hash by which a roster pins a profile: over its canonical JSON. */
export function profileHash(crypto: Crypto, profile: Profile): Hash {
  return hash(crypto, DOMAIN.profile, profileToBytes(profile))
}

/** A profile as it is stored and sent. */
export function profileToBytes(profile: Profile): Uint8Array {
  return utf8(canonicalJson(profile as unknown as JsonValue))
}

/** Rosters and profiles of one replica. */
export class RosterStore {
  readonly #crypto: Crypto
  readonly #store: Store
  readonly #rosters: Roster[] = []
  readonly #profiles = new Map<string, Profile>()
  #federation: Hash | undefined

  private constructor(crypto: Crypto, store: Store) {
    this.#crypto = crypto
    this.#store = store
  }

  /** Loads and verifies the stored chain; `builtIn` profiles need not be stored. */
  static async load(
    crypto: Crypto,
    store: Store,
    builtIn: readonly Profile[],
  ): Promise<RosterStore> {
    const loaded = new RosterStore(crypto, store)
    loaded.#federation = await store.meta.get('federation')
    for await (const bytes of store.rosters.values()) {
      loaded.#rosters.push(verifyRoster(crypto, loaded.newest, bytes))
    }
    for (const profile of builtIn)
      loaded.#profiles.set(toHex(profileHash(crypto, profile)), profile)
    for await (const [key, bytes] of store.profiles.iterator()) {
      loaded.#profiles.set(key, parseProfile(JSON.parse(utf8ToText(bytes))))
    }
    return loaded
  }

  get all(): readonly Roster[] {
    return this.#rosters
  }

  get newest(): Roster | undefined {
    return this.#rosters.at(-1)
  }

  get federation(): Hash | undefined {
    return this.#federation
  }

  /** The profile that a roster version names, when it is here. */
  profileOf(roster: Roster): Profile | undefined {
    return this.#profiles.get(toHex(roster.state.profile.hash))
  }

  /** What views are made with: the profile of the newest version whose profile is here. */
  get viewProfile(): Profile | undefined {
    const named = this.#rosters.findLast((roster) => this.profileOf(roster) !== undefined)
    return named === undefined ? undefined : this.profileOf(named)
  }

  /** Settles the federation; MULU_FEDERATION_MISMATCH when it is settled otherwise. */
  async pin(fed: Hash): Promise<void> {
    if (this.#federation !== undefined) return this.#checkFederation(fed)
    await commitBatch(this.#store, [put(this.#store.meta, 'federation', fed)])
    this.#federation = fed
  }

  #checkFederation(fed: Hash): void {
    if (this.#federation !== undefined && !equalBytes(this.#federation, fed)) {
      throw new MuluError('MULU_FEDERATION_MISMATCH')
    }
  }

  /**
   * Adds the next version; a version that is here already must have the same bytes signed. What
   * has to follow from the version is begun in its batch, so that a crash cannot come between.
   */
  async add(
    bytes: Uint8Array,
    following: (next: Roster) => readonly Operation[],
  ): Promise<'new' | 'known'> {
    const known = this.#rosters.find((roster) => equalBytes(roster.bytes, bytes))
    if (known !== undefined) return 'known'
    const roster = this.#verifyNext(bytes)
    if (roster === undefined) return 'known'
    this.#checkFederation(roster.fed)
    const key = fixedHex(roster.version, 8)
    await commitBatch(this.#store, [
      put(this.#store.meta, 'federation', roster.fed),
      put(this.#store.rosters, key, bytes),
      ...following(roster),
    ])
    this.#federation = roster.fed
    this.#rosters.push(roster)
    return 'new'
  }

  /** The verified next version; undefined for a known body with other signatures. */
  #verifyNext(bytes: Uint8Array): Roster | undefined {
    try {
      return verifyRoster(this.#crypto, this.newest, bytes)
    } catch (error) {
      for (const [index, known] of this.#rosters.entries()) {
        const again = this.#verifyAfter(this.#rosters[index - 1], bytes)
        if (again === undefined) continue
        if (equalBytes(again.hash, known.hash)) return undefined
        throw new MuluError('MULU_ROSTER_FORK', { details: { version: known.version } })
      }
      throw error
    }
  }

  #verifyAfter(before: Roster | undefined, bytes: Uint8Array): Roster | undefined {
    try {
      return verifyRoster(this.#crypto, before, bytes)
    } catch {
      // It does not follow this version; whether it follows another one is asked next.
      return undefined
    }
  }

  /** The bytes of a profile some roster names. */
  async profileBytes(wanted: Hash): Promise<Uint8Array | undefined> {
    const profile = this.#profiles.get(toHex(wanted))
    return profile === undefined ? undefined : profileToBytes(profile)
  }

  /** Adds a profile that a roster names; others are refused with MULU_PROFILE. */
  async addProfile(bytes: Uint8Array): Promise<void> {
    const digest = hash(this.#crypto, DOMAIN.profile, bytes)
    const isNamed = this.#rosters.some((r) => equalBytes(r.state.profile.hash, digest))
    if (!isNamed || bytes.length > PROFILE_BYTES_MAX) throw new MuluError('MULU_PROFILE')
    const profile = parseProfile(JSON.parse(utf8ToText(bytes)))
    await commitBatch(this.#store, [put(this.#store.profiles, toHex(digest), bytes)])
    this.#profiles.set(toHex(digest), profile)
  }
}
