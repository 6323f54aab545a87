import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useAccessKey } from '../../access-key.ts'
import type { Conflict, ConflictValue, RecordChange, RecordView } from '../../api.ts'
import { patchRecord } from '../../queries.ts'

export type Pick = { readonly conflict: Conflict; readonly value: ConflictValue }

/** What a record page needs to settle its conflicts. */
export type Settle = {
  /** False where this reader may not: the control is then not drawn. */
  readonly canPick: boolean
  readonly isBusy: boolean
  readonly pick: (pick: Pick) => void
  readonly picked: Pick | undefined
  readonly error: Error | null
  readonly isDone: boolean
  readonly reset: () => void
}

/** Picking is an ordinary change on the version shown; the node refuses it on any other. */
export function useSettle(record: RecordView, isOwn: boolean): Settle {
  const key = useAccessKey()
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: (pick: Pick) => patchRecord(record.id, changeOf(pick), record.etag, key ?? ''),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['record', record.id] })
    },
  })
  return {
    canPick: isOwn && key !== undefined,
    isBusy: mutation.isPending,
    pick: mutation.mutate,
    picked: mutation.variables,
    error: mutation.error,
    isDone: mutation.isSuccess,
    reset: mutation.reset,
  }
}

function changeOf({ conflict, value }: Pick): RecordChange {
  if (value.removed) return { remove: [conflict.path] }
  return { set: { [conflict.path]: value.value } }
}

/** A field with legal effect shows the stricter value; picking another one may open what was closed. */
export function mayLoosen(conflict: Conflict, value: ConflictValue): boolean {
  if (!conflict.legal) return false
  return value.removed || JSON.stringify(value.value) !== JSON.stringify(conflict.inForce)
}
