/** What a replica drops and wants back. */
import { MuluError } from '../errors.ts'
import type { LogHead } from '../log/log.ts'
import type { Pruning } from '../registry.ts'
import type { Archived } from './archived.ts'
import type { LackedPlace, Lacking } from './lacking.ts'
import { type PruneContext, type Pruned, type PruneOptions, prune } from './prune.ts'

/** What pruning at a replica works on. */
export type ReplicaPruningContext = PruneContext & {
  readonly archived: Archived
  readonly lacking: Lacking
  /** Told once an archive was heard of: what is held may go by that. */
  readonly onArchived: () => Promise<void>
}

/** The pruning of one replica. */
export class ReplicaPruning implements Pruning {
  readonly #context: ReplicaPruningContext

  constructor(context: ReplicaPruningContext) {
    this.#context = context
  }

  get keepsAll(): boolean {
    return this.#context.lacking.keepsAll
  }

  async prune(options?: PruneOptions): Promise<Pruned> {
    if (this.keepsAll && options?.dryRun !== true) throw new MuluError('MULU_KEEPS_ALL')
    return prune(this.#context, options)
  }

  async noteArchived(heads: readonly LogHead[]): Promise<void> {
    const { archived, exclusively, onArchived } = this.#context
    await exclusively(() => archived.note(heads))
    await onArchived()
  }

  lacked(): readonly LackedPlace[] {
    return this.#context.lacking.places
  }

  lackingRecords(): number {
    return this.#context.lacking.records(({ aud }) => aud === 1)
  }
}
