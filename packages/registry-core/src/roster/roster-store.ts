/** The roster chain and the profiles it names, as they are kept and loaded. */
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { equalBytes, toHex, utf8 } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { canonicalJson, type JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { PROFILE_BYTES_MAX } from '../limits.ts'
import { readProfileBytes } from '../profile/parse-profile.ts'
import type { Profile } from '../profile/profile.ts'
import type { Finding } from '../scrub/finding.ts'
import {
  commitBatch,
  del,
  fixedHex,
  type Operation,
  put,
  type Store,
  under,
} from '../store/store.ts'
import { type Roster, type RosterFork, readVersion, verifyRoster } from './roster.ts'

/** The hash by which a roster pins a profile: over its canonical JSON. */
export function profileHash(crypto: Crypto, profile: Profile): Hash {
  return hash(crypto, DOMAIN.profile, profileToBytes(profile))
}

const PROFILE_BYTES = new WeakMap<Profile, Uint8Array>()

/** A profile as it is stored and sent; the canonical JSON of a large one is made once. */
export function profileToBytes(profile: Profile): Uint8Array {
  const known = PROFILE_BYTES.get(profile)
  if (known !== undefined) return known
  const bytes = utf8(canonicalJson(profile as unknown as JsonValue))
  PROFILE_BYTES.set(profile, bytes)
  return bytes
}

type StoredFork = { readonly roster: Roster; readonly isSettled: boolean }
const FORKS = 'roster'
const FEDERATION = 'federation'

const profileKeys = new WeakMap<Roster, string>()

/** The key of the profile that a roster names; asked for every record that is shown. */
function profileKeyOf(roster: Roster): string {
  const known = profileKeys.get(roster)
  if (known !== undefined) return known
  const key = toHex(roster.state.profile.hash)
  profileKeys.set(roster, key)
  return key
}

/** Rosters and profiles of one replica. */
export class RosterStore {
  readonly #crypto: Crypto
  readonly #store: Store
  readonly #rosters: Roster[] = []
  readonly #profiles = new Map<string, Profile>()
  readonly #forks = new Map<string, StoredFork>()
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
    const pinned = await store.meta.get(FEDERATION)
    for await (const bytes of store.rosters.values()) {
      const next = loaded.#verifyAfter(loaded.newest, bytes)
      // One that has rotted, and what follows it, comes again from a peer.
      if (next === undefined) break
      loaded.#rosters.push(next)
    }
    // The chain came only where it was that of the pin, and it can be verified anew.
    loaded.#federation = loaded.#rosters[0]?.fed ?? pinned
    for await (const bytes of store.evidence.values(under(FORKS))) loaded.#loadFork(bytes)
    for (const profile of builtIn)
      loaded.#profiles.set(toHex(profileHash(crypto, profile)), profile)
    for await (const [key, bytes] of store.profiles.iterator()) {
      const isSound = toHex(hash(crypto, DOMAIN.profile, bytes)) === key
      if (isSound) loaded.#profiles.set(key, readProfileBytes(bytes))
    }
    return loaded
  }

  /** Compares the store with what was verified when it came, and writes it again where they differ. */
  async recheck(onFinding: (finding: Finding) => void): Promise<void> {
    const operations: Operation[] = []
    const pinned = await this.#store.meta.get(FEDERATION)
    const [first] = this.#rosters
    if (first !== undefined && (pinned === undefined || !equalBytes(pinned, first.fed))) {
      onFinding({ what: 'roster', at: FEDERATION })
      operations.push(put(this.#store.meta, FEDERATION, first.fed))
    }
    for (const { version, bytes } of this.#rosters) {
      const stored = await this.#store.rosters.get(fixedHex(version, 8))
      if (stored !== undefined && equalBytes(stored, bytes)) continue
      onFinding({ what: 'roster', at: String(version) })
      operations.push(put(this.#store.rosters, fixedHex(version, 8), bytes))
    }
    for await (const key of this.#store.rosters.keys()) {
      if (Number.parseInt(key, 16) <= this.#rosters.length) continue
      onFinding({ what: 'roster', at: String(Number.parseInt(key, 16)) })
      operations.push(del(this.#store.rosters, key))
    }
    for await (const [key, bytes] of this.#store.profiles.iterator()) {
      if (toHex(hash(this.#crypto, DOMAIN.profile, bytes)) === key) continue
      onFinding({ what: 'profile', at: key })
      const known = this.#profiles.get(key)
      const { profiles } = this.#store
      operations.push(
        known === undefined ? del(profiles, key) : put(profiles, key, profileToBytes(known)),
      )
    }
    if (operations.length > 0) await commitBatch(this.#store, operations)
  }

  get all(): readonly Roster[] {
    return this.#rosters
  }

  get newest(): Roster | undefined {
    return this.#rosters.at(-1)
  }

  /** Every pair of rosters of one version that was met, the newest version last. */
  get forks(): readonly RosterFork[] {
    return [...this.#forks.values()]
      .map(({ roster, isSettled }) => ({
        version: roster.version,
        kept: this.#rosters[roster.version - 1]?.hash ?? new Uint8Array(),
        other: roster.hash,
        isSettled,
      }))
      .sort((a, b) => a.version - b.version)
  }

  #loadFork(bytes: Uint8Array): void {
    const [wire, isSettled] = decodeCbor(bytes) as [Uint8Array, boolean]
    const { version } = readVersion(wire)
    const roster = this.#verifyAfter(this.#rosters[version - 2], wire)
    if (roster !== undefined) this.#forks.set(toHex(roster.hash), { roster, isSettled })
  }

  #forkOperation({ roster, isSettled }: StoredFork): Operation {
    const key = `${FORKS}/${fixedHex(roster.version, 8)}/${toHex(roster.hash.subarray(1, 9))}`
    return put(this.#store.evidence, key, encodeCbor([roster.bytes, isSettled]))
  }

  /**
   * Settles which of two rosters of one version is followed, by its hash, on a person's word.
   * Resolves to whether another branch is followed now; `following` is then begun in its batch.
   * MULU_NOT_FOUND when there is no such pair.
   */
  async choose(chosen: Hash, following: () => readonly Operation[]): Promise<boolean> {
    const other = this.#forks.get(toHex(chosen))
    const kept = this.#rosters.find((roster) => equalBytes(roster.hash, chosen))
    const version = (other?.roster ?? kept)?.version
    const forks = [...this.#forks.values()].filter(({ roster }) => roster.version === version)
    if (version === undefined || forks.length === 0) throw new MuluError('MULU_NOT_FOUND')
    const left = other === undefined ? undefined : this.#rosters[version - 1]
    const settled = [...forks.map(({ roster }) => roster), ...(left === undefined ? [] : [left])]
      .filter((roster) => !equalBytes(roster.hash, chosen))
      .map((roster) => ({ roster, isSettled: true }))
    await commitBatch(this.#store, [
      ...settled.map((fork) => this.#forkOperation(fork)),
      ...(other === undefined ? [] : [...this.#branchOperations(other), ...following()]),
    ])
    for (const fork of settled) this.#forks.set(toHex(fork.roster.hash), fork)
    if (other === undefined) return false
    this.#forks.delete(toHex(chosen))
    this.#rosters.splice(version - 1, Number.POSITIVE_INFINITY, other.roster)
    return true
  }

  #branchOperations(other: StoredFork): readonly Operation[] {
    const { rosters, evidence } = this.#store
    const from = other.roster.version
    const mark = this.#forkOperation(other) as { readonly key: string }
    return [
      ...this.#rosters.slice(from).map((roster) => del(rosters, fixedHex(roster.version, 8))),
      put(rosters, fixedHex(from, 8), other.roster.bytes),
      del(evidence, mark.key),
    ]
  }

  get federation(): Hash | undefined {
    return this.#federation
  }

  /** The profile that a roster version names, when it is here. */
  profileOf(roster: Roster): Profile | undefined {
    return this.#profiles.get(profileKeyOf(roster))
  }

  /** What views are made with: the profile of the newest version whose profile is here. */
  get viewProfile(): Profile | undefined {
    const named = this.#rosters.findLast((roster) => this.profileOf(roster) !== undefined)
    return named === undefined ? undefined : this.profileOf(named)
  }

  /** Settles the federation; MULU_FEDERATION_MISMATCH when it is settled otherwise. */
  async pin(fed: Hash): Promise<void> {
    if (this.#federation !== undefined) return this.#checkFederation(fed)
    await commitBatch(this.#store, [put(this.#store.meta, FEDERATION, fed)])
    this.#federation = fed
  }

  #checkFederation(fed: Hash): void {
    if (this.#federation !== undefined && !equalBytes(this.#federation, fed)) {
      throw new MuluError('MULU_FEDERATION_MISMATCH')
    }
  }

  /**
   * Adds the next version. Another one of a version that is here is kept as evidence and refused
   * with MULU_ROSTER_FORK; until a person has chosen, later ones are refused too. What has to
   * follow from the version is begun in its batch, so that a crash cannot come between.
   */
  async add(
    bytes: Uint8Array,
    following: (next: Roster) => readonly Operation[],
  ): Promise<'new' | 'known'> {
    const known = this.#rosters.find((roster) => equalBytes(roster.bytes, bytes))
    if (known !== undefined) return 'known'
    const roster = await this.#verifyNext(bytes)
    if (roster === undefined) return 'known'
    this.#checkFederation(roster.fed)
    const open = this.forks.find((fork) => !fork.isSettled)
    if (open !== undefined) {
      throw new MuluError('MULU_ROSTER_HALTED', { details: { version: open.version } })
    }
    const key = fixedHex(roster.version, 8)
    await commitBatch(this.#store, [
      put(this.#store.meta, FEDERATION, roster.fed),
      put(this.#store.rosters, key, bytes),
      ...following(roster),
    ])
    this.#federation = roster.fed
    this.#rosters.push(roster)
    return 'new'
  }

  /** The verified next version; undefined for a known body with other signatures. */
  async #verifyNext(bytes: Uint8Array): Promise<Roster | undefined> {
    try {
      return verifyRoster(this.#crypto, this.newest, bytes)
    } catch (error) {
      for (const [index, known] of this.#rosters.entries()) {
        const again = this.#verifyAfter(this.#rosters[index - 1], bytes)
        if (again === undefined) continue
        if (equalBytes(again.hash, known.hash)) return undefined
        await this.#keepFork(again)
        throw new MuluError('MULU_ROSTER_FORK', { details: { version: known.version } })
      }
      throw error
    }
  }

  async #keepFork(roster: Roster): Promise<void> {
    const key = toHex(roster.hash)
    if (this.#forks.has(key)) return
    const fork = { roster, isSettled: false }
    await commitBatch(this.#store, [this.#forkOperation(fork)])
    this.#forks.set(key, fork)
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
    const profile = readProfileBytes(bytes)
    await commitBatch(this.#store, [put(this.#store.profiles, toHex(digest), bytes)])
    this.#profiles.set(toHex(digest), profile)
  }
}
