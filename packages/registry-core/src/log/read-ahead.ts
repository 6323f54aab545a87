/**
 * Reading the next commit while the one before it is being written: what is done while the disk is
 * waited for costs no time. What was read holds only for that commit and under that roster.
 */
import type { Commit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import type { Roster } from '../roster/roster.ts'
import { type Attribution, attribute } from './attribute.ts'

type ReadAheadContext = {
  readonly crypto: Crypto
  readonly rosters: () => readonly Roster[]
}

/** A commit that is to be attributed; with `leftOut` its bodies may have been left out. */
type Offered = {
  readonly commit: Commit
  readonly leftOut: boolean
}

/** An attribution that was made ahead, with the newest roster of that moment. */
type Read = Offered & {
  readonly roster: Roster | undefined
  readonly attribution: Attribution
}

/** Attributes commits, each of them ahead where the one before it said what follows. */
export class ReadAhead {
  readonly #context: ReadAheadContext
  #following: Offered | undefined
  #read: Read | undefined

  constructor(context: ReadAheadContext) {
    this.#context = context
  }

  /** Who signed a commit; `following` is what is read once there is time. */
  attribute({ commit, leftOut }: Offered, following?: Commit): Attribution {
    const read = this.#read
    this.forget()
    this.#following = following && { commit: following, leftOut }
    const { crypto, rosters } = this.#context
    const isSame = read?.commit === commit && read.leftOut === leftOut
    const isValid = isSame && read.roster === rosters().at(-1)
    return isValid ? read.attribution : attribute(crypto, rosters(), commit, leftOut)
  }

  /** Reads what follows, if anything does. */
  read(): void {
    const { crypto, rosters } = this.#context
    const following = this.#following
    this.#following = undefined
    if (following === undefined) return
    const { commit, leftOut } = following
    const attribution = attribute(crypto, rosters(), commit, leftOut)
    this.#read = { ...following, roster: rosters().at(-1), attribution }
  }

  /** Drops what was read and what follows. */
  forget(): void {
    this.#read = undefined
    this.#following = undefined
  }
}
