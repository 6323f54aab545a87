/**
 * Commits in the log of a writer by order that another key has signed. They come about where an
 * order gave a number that belongs to somebody else, as the root holders said later (ADR 0043).
 * Nothing is judged by them; they are kept as evidence, `foreign/<key of the commit>`.
 */
import { type ReadCommit, readCommitOrNothing } from '../commit/commit.ts'
import { type Crypto, DOMAIN, type PublicKey, verify } from '../crypto.ts'
import type { Erasures } from '../erasure/erasures.ts'
import type { Roster } from '../roster/roster.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import { commitBatch, del, logPrefix, put, type Scope, type Store, under } from '../store/store.ts'
import type { LogState } from './log-state.ts'
import type { Logs } from './logs.ts'

type ForeignContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
  readonly settlement: Settlement
  readonly erasures: Erasures
}

/** Sets aside what the bound keys of a scope's writers have not signed; none while in dispute. */
export async function setForeignAside(context: ForeignContext, scope: Scope): Promise<void> {
  const writers = context.rosters().at(-1)?.state.writers
  for (const state of context.logs.inScope(scope)) {
    const writer = writers?.get(state.log.writer)
    if (writer?.dispute === 'settled') await setAside(context, state, writer.key)
  }
}

async function setAside(context: ForeignContext, state: LogState, key: PublicKey): Promise<void> {
  const { crypto, store, logs, settlement, erasures } = context
  const range = under(logPrefix(state.log))
  const own = new Map<string, number>()
  const foreign: (readonly [key: string, bytes: Uint8Array, commit: ReadCommit])[] = []
  for await (const [at, bytes] of store.commits.iterator(range)) {
    const commit = readCommitOrNothing(crypto, bytes)
    const isOwn =
      commit === undefined || verify(crypto, key, DOMAIN.commit, commit.header, commit.signature)
    const position = at.slice(0, at.lastIndexOf('/'))
    if (isOwn) own.set(position, (own.get(position) ?? 0) + 1)
    else foreign.push([at, bytes, commit])
  }
  if (foreign.length === 0) return
  const proofs = await store.evidence.keys(range).all()
  // Two commits of two keys prove no fork.
  const forks = proofs.filter((position) => (own.get(position) ?? 0) > 1)
  const [first] = forks
  const forkedAt =
    first === undefined ? undefined : Number.parseInt(first.slice(first.lastIndexOf('/') + 1), 16)
  const after: LogState = { ...state, forkedAt }
  await commitBatch(store, [
    ...foreign.flatMap(([at, bytes]) => [
      put(store.evidence, `foreign/${at}`, bytes),
      ...[store.commits, store.outcomes, store.statements, store.orders, store.missing].map(
        (sublevel) => del(sublevel, at),
      ),
    ]),
    ...proofs.filter((proof) => !forks.includes(proof)).map((proof) => del(store.evidence, proof)),
    logs.operation(store, after),
  ])
  logs.set(after)
  for (const [at, , commit] of foreign) {
    settlement.forget(commit)
    erasures.forget(at, commit)
  }
}
