/** Erasing at a replica, one call after the other. */
import type { RecordId } from '../record/record-id.ts'
import type { Erasing } from '../registry.ts'
import {
  confirmErasures,
  type DueField,
  destroyErased,
  dueFields,
  dueRecords,
  type EraseOrder,
  type ErasingContext,
  type Erasure,
  isPurgeDue,
  listErasures,
  type Ordering,
  orderErasure,
  purged,
} from './erasing.ts'

/** What erasing at a replica works on. */
export type ReplicaErasingContext = {
  readonly here: () => ErasingContext
  /** Takes a record out of the trees that are kept for proofs. */
  readonly forget: (record: RecordId) => Promise<void>
  /** Runs work while nothing else changes the replica. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
}

/** The erasing of one replica. */
export class ReplicaErasing implements Erasing {
  readonly #context: ReplicaErasingContext

  constructor(context: ReplicaErasingContext) {
    this.#context = context
  }

  order(wanted: EraseOrder): Promise<Ordering> {
    return this.#run((here) => orderErasure(here, wanted))
  }

  list(): Promise<readonly Erasure[]> {
    return this.#run(listErasures)
  }

  isOpen(): boolean {
    return this.#context.here().erasures.isOpen
  }

  due(): Promise<readonly DueField[]> {
    return this.#run(dueFields)
  }

  destroy(): Promise<boolean> {
    return this.#run(async (here) => {
      // Before the bytes: what comes after them would not be done again after a power cut.
      for (const record of await dueRecords(here)) await this.#context.forget(record)
      await destroyErased(here)
      return isPurgeDue(here)
    })
  }

  purged(): Promise<void> {
    return this.#run(purged)
  }

  confirm(ns: number): Promise<number> {
    return this.#run((here) => confirmErasures(here, ns))
  }

  #run<T>(work: (here: ErasingContext) => Promise<T>): Promise<T> {
    const { here, exclusively } = this.#context
    return exclusively(() => work(here()))
  }
}
