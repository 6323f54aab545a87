/** Scrubbing a replica, and taking back from peers what has rotted. */
import type { Commit } from '../commit/commit.ts'
import { type LogKey, logOf } from '../log/log.ts'
import type { Rejudging } from '../log/rejudging.ts'
import type { Lacking } from '../pruning/lacking.ts'
import type { Damage } from '../registry.ts'
import type { HeldPart } from '../subscription/held-part.ts'
import { repairCommit } from './repair.ts'
import {
  rebuildWhatCan,
  type Scrubbed,
  type ScrubContext,
  type ScrubOptions,
  scrub,
} from './scrub.ts'

/** What scrubbing a replica works on. */
export type ReplicaScrubContext = ScrubContext & {
  readonly lacking: Lacking
  readonly held: Pick<HeldPart, 'asHeld'>
  readonly rejudging: Pick<Rejudging, 'followErasures' | 'settleStale'>
  /** Takes a commit that is here without all of its bodies. */
  readonly accept: (commit: Commit) => Promise<unknown>
  /** Goes on with a log whose commits are whole again. */
  readonly advance: (log: LogKey) => Promise<void>
}

/** The scrubbing of one replica. */
export class ReplicaScrub {
  readonly #context: ReplicaScrubContext

  constructor(context: ReplicaScrubContext) {
    this.#context = context
  }

  /** What has rotted and is not whole again. */
  get damage(): Damage {
    const { commits, scopes } = this.#context.damage
    return { commits, scopes }
  }

  async scrub(options?: ScrubOptions): Promise<Scrubbed> {
    const { exclusively, rejudging } = this.#context
    const scrubbed = await scrub(this.#context, options)
    await exclusively(async () => {
      await rejudging.followErasures()
      await rejudging.settleStale()
    })
    return scrubbed
  }

  /** Puts commits back in the place of damaged ones, where they are those; how many. */
  repair(commits: readonly Commit[]): Promise<number> {
    const { exclusively, held, rejudging } = this.#context
    return exclusively(async () => {
      let repaired = 0
      for (const sent of commits) {
        if (await this.#takeBack(await held.asHeld(sent))) repaired += 1
      }
      await rejudging.followErasures()
      await rebuildWhatCan(this.#context)
      await rejudging.settleStale()
      return repaired
    })
  }

  async #takeBack(offered: Commit): Promise<boolean> {
    const commit = await repairCommit(this.#context, offered)
    if (commit === undefined) return this.#putBack(offered)
    this.#context.onStatement(commit)
    await this.#context.advance(logOf(commit))
    return true
  }

  /** Takes the bodies of a commit that are wanted here; whether there were any. */
  async #putBack(offered: Commit): Promise<boolean> {
    const { lacking, accept } = this.#context
    const lacked = lacking.count
    if (lacked === 0) return false
    await accept(offered)
    return lacking.count < lacked
  }
}
