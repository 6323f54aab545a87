/** A federation in memory: roster, writers with fixed keys, and replicas over memory-level. */
import { MemoryLevel } from 'memory-level'
import type { Signer } from '../src/crypto.ts'
import { openRegistry } from '../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../src/profile/cn-gov.ts'
import type { Database, Registry } from '../src/registry.ts'
import { admissionChanges, foundingChanges } from '../src/roster/admission.ts'
import type { Right, RosterChange } from '../src/roster/change.ts'
import {
  createJoinRequest,
  type JoinRequest,
  parseJoinRequest,
} from '../src/roster/join-request.ts'
import {
  draftRoster,
  encodeRoster,
  type Roster,
  rosterMessage,
  verifyRoster,
} from '../src/roster/roster.ts'
import { profileHash } from '../src/roster/roster-store.ts'
import { applyChanges } from '../src/roster/state.ts'
import { testCrypto, testSigner } from './crypto.ts'

/** One who asks for admission in a test. */
export type Applicant = {
  readonly seed: number
  readonly agency: string
  readonly office?: string
  readonly rights?: readonly Right[]
}

/** Milliseconds at which test clocks start. */
export const TEST_START_MS = 1_700_000_000_000
const ROOT_SEED = 9_000

/** A roster chain that grows by signed changes. */
export class TestFederation {
  readonly rosters: Roster[] = []
  readonly root: Signer = testSigner(ROOT_SEED)

  /** Founds a federation with the first applicant and admits the others, one version each. */
  static found(applicants: readonly Applicant[]): TestFederation {
    const federation = new TestFederation()
    const [founder, ...others] = applicants
    if (founder === undefined) throw new Error('a federation needs a founder')
    const { id, version } = CN_GOV_PROFILE
    federation.sign(
      foundingChanges({
        name: 'Test',
        purpose: 'test',
        rootKeys: [federation.root.publicKey],
        threshold: 1,
        profile: { id, version: String(version), hash: profileHash(testCrypto, CN_GOV_PROFILE) },
        founder: federation.request(founder),
      }),
    )
    for (const applicant of others) federation.admit(applicant)
    return federation
  }

  /** The same federation, which may go another way from here. */
  copy(): TestFederation {
    const copy = new TestFederation()
    copy.rosters.push(...this.rosters)
    return copy
  }

  get newest(): Roster {
    const newest = this.rosters.at(-1)
    if (newest === undefined) throw new Error('not founded')
    return newest
  }

  /** The join request of an applicant. */
  request(applicant: Applicant): JoinRequest {
    const text = createJoinRequest(testSigner(applicant.seed), {
      fed: this.rosters[0]?.hash ?? new Uint8Array(),
      peers: [`peer-${applicant.seed}`],
      agency: { code: applicant.agency, names: { en: applicant.agency }, region: '' },
      office: applicant.office ?? '',
    })
    return parseJoinRequest(testCrypto, text)
  }

  /** Signs a version that admits an applicant. */
  admit(applicant: Applicant): Roster {
    const { fed, state } = this.newest
    return this.sign(admissionChanges(fed, state, [this.request(applicant)], applicant.rights))
  }

  /** Signs one version that admits all applicants, and makes `more` changes after that. */
  admitTogether(applicants: readonly Applicant[], more: readonly RosterChange[]): Roster {
    const { fed, state, version } = this.newest
    const changes: RosterChange[] = []
    for (const applicant of applicants) {
      const before = applyChanges(state, version + 1, changes)
      changes.push(...admissionChanges(fed, before, [this.request(applicant)], applicant.rights))
    }
    return this.sign([...changes, ...more])
  }

  /** Signs the next version. */
  sign(changes: readonly RosterChange[]): Roster {
    const before = this.rosters.at(-1)
    const body = draftRoster(testCrypto, before, changes, TEST_START_MS + this.rosters.length)
    const signature = this.root.sign(rosterMessage(body))
    const bytes = encodeRoster(body, [[this.root.publicKey, signature]])
    const roster = verifyRoster(testCrypto, before, bytes)
    this.rosters.push(roster)
    return roster
  }
}

/** A replica with its clock in the hands of the test. */
export type TestReplica = {
  readonly registry: Registry
  readonly clock: { ms: number }
  readonly db: Database
}

/**
 * Opens a replica that knows the roster, up to `versions`; `client` and `seed` make it an author;
 * with `keeps` `live` it drops what is superseded.
 */
export async function openReplica(
  federation: TestFederation,
  author?: { readonly client: number; readonly seed: number; readonly keeps?: 'all' | 'live' },
  db: Database = new MemoryLevel<string, string>() as unknown as Database,
  versions: number = Number.POSITIVE_INFINITY,
): Promise<TestReplica> {
  const clock = { ms: TEST_START_MS }
  let drawn = author?.seed ?? 0
  const registry = await openRegistry({
    db,
    crypto: testCrypto,
    now: () => clock.ms,
    randomBytes: (length) => new Uint8Array(length).fill(drawn++ & 0xff),
    profiles: [CN_GOV_PROFILE],
    keepsAll: author?.keeps !== 'live',
  })
  for (const roster of federation.rosters.slice(0, versions)) await registry.addRoster(roster.bytes)
  if (author !== undefined) {
    registry.setAuthor({ client: author.client, signer: testSigner(author.seed) })
  }
  return { registry, clock, db }
}
