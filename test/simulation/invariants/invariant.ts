/** What has to hold of a federation after everything was repaired. */
import type { Reference } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { ContentsOf } from './contents.ts'
import type { HeldCommits } from './held-commits.ts'

/** A healed world, the nodes that are to agree, and what their commits come to. */
export type Healed = {
  readonly world: World
  /** Members of the newest roster that serve, and whose disk was not touched by rot. */
  readonly members: readonly SimNode[]
  readonly held: HeldCommits
  readonly reference: Reference
  /** What stands in the stores of the members. */
  readonly contents: ContentsOf
}

/** One thing that has to hold; the check says what does not. */
export type Invariant = {
  readonly name: string
  readonly check: (healed: Healed) => Promise<string | undefined>
}
