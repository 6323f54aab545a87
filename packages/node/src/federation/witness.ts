/**
 * Looks at snapshots by itself: whenever something has come, this node compares the new ones with
 * what it computes, and signs receipts for those that the roster names it a witness for and that
 * it agrees with.
 */
import { hashToText, type Registry, type RosterState, type Signer } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import { writerOfKey } from './own-writer.ts'

/** Snapshots come seldom; receipts need not follow within the same moment. */
const PAUSE_MS = 250

type WitnessOptions = {
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: NodeLogger
  /** The key that this node writes with now. */
  readonly signer: () => Signer
}

/** Begins to witness; the result ends it and waits for what is being signed. */
export function startWitness(options: WitnessOptions): () => Promise<void> {
  const { registry, clock, logger } = options
  const told = new Set<string>()
  let cancel: (() => void) | undefined
  let working: Promise<void> = Promise.resolve()
  const tell = (facts: { snapshot: string } & Record<string, unknown>, what: string): void => {
    if (told.has(facts.snapshot)) return
    told.add(facts.snapshot)
    logger.warn(facts, what)
  }
  const review = async (): Promise<void> => {
    await registry.reviewSnapshots()
    for (const { snapshot, agreed, ...differs } of registry.disagreements()) {
      const facts = { snapshot: hashToText(snapshot.id), writer: snapshot.log.writer, agreed }
      tell({ ...facts, differs: differs.in }, 'a snapshot differs from what stands here')
    }
  }
  const attest = async (): Promise<void> => {
    const ns = witnessNamespace(registry.roster?.state, options.signer())
    if (ns === undefined) return
    for (const { snapshot, judgement } of await registry.attest(ns)) {
      if (judgement.kind !== 'differs') continue
      const facts = { snapshot: hashToText(snapshot.id), writer: snapshot.log.writer }
      tell(
        { ...facts, differs: judgement.in },
        'a snapshot differs from what stands here; no receipt was signed',
      )
    }
  }
  const later = (): void => {
    cancel ??= clock.after(PAUSE_MS, () => {
      cancel = undefined
      working = working
        .then(attest)
        .then(review)
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'snapshots could not be witnessed')
        })
    })
  }
  const unsubscribe = registry.subscribe(later)
  later()
  return async () => {
    unsubscribe()
    cancel?.()
    await working
  }
}

/** Where this node signs receipts: the first namespace it may write for the federation. */
function witnessNamespace(state: RosterState | undefined, signer: Signer): number | undefined {
  const writer = writerOfKey(state, signer.publicKey)
  if (state === undefined || writer === undefined) return undefined
  return state.witnesses.writers.includes(writer.client) ? statementNamespace(writer) : undefined
}

/** The namespace in whose log a writer makes statements; undefined when all its grants are closed. */
export function statementNamespace(
  writer: NonNullable<ReturnType<typeof writerOfKey>>,
): number | undefined {
  return writer.grants.find((grant) => grant.until === undefined && grant.auds.includes(1))?.ns
}
