import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useAccessKey } from '../../access-key.ts'
import type { Erased, Json, RecordView } from '../../api.ts'
import { orderErasure, rosterQuery, statusQuery } from '../../queries.ts'
import { useFieldLabel } from './field-label.ts'
import { rowsOf } from './rows.ts'

/** What the node calls the notes of all changes of a record. */
export const NOTE_FIELD = '@note'
const VALUE_SHOWN = 40
const LEGAL = ['state', 'sharing', 'openness', 'authoritative']

/** A field that can be erased, as a reader knows it. */
export type Erasable = {
  readonly path: string
  /** What the field is called, and how it is told from others of that name. */
  readonly name: string
  readonly label: string
  readonly isLegal: boolean
}

/** What the reader chose; nothing is ordered before it is confirmed. */
export type Wanted = { readonly field: Erasable; readonly order: string }

/** What a record page needs to have a field erased. */
export type Erase = {
  /** False where this reader or this node may not: the form is then not drawn. */
  readonly mayErase: boolean
  readonly isBusy: boolean
  readonly order: (wanted: Wanted) => void
  readonly ordered: Wanted | undefined
  readonly error: Error | null
  readonly done: Erased | undefined
  readonly reset: () => void
}

/** Whether the node may have fields of a namespace erased, and the order itself. */
export function useErase(record: RecordView): Erase {
  const key = useAccessKey()
  const client = useQueryClient()
  const status = useQuery(statusQuery)
  const roster = useQuery(rosterQuery(status.data?.roster.version, status.data?.orders.digest))
  const own = roster.data?.writers.find(({ client: at }) => at === status.data?.writer.client)
  const namespace = Number(record.id.split('/')[0])
  const hasRight = own?.grants.some(
    (grant) =>
      grant.namespace === namespace && grant.closed === null && grant.rights.includes('erase'),
  )
  const mutation = useMutation({
    mutationFn: ({ field, order }: Wanted) =>
      orderErasure({ record: record.id, field: field.path, order }, key ?? ''),
    onSuccess: async () => {
      await Promise.all(
        ['record', 'erasures'].map((first) => client.invalidateQueries({ queryKey: [first] })),
      )
    },
  })
  return {
    mayErase: key !== undefined && hasRight === true,
    isBusy: mutation.isPending,
    order: mutation.mutate,
    ordered: mutation.variables,
    error: mutation.error,
    done: mutation.data,
    reset: mutation.reset,
  }
}

/** Every field that has a value, then the notes; fields with one name are told apart by value. */
export function useErasables(record: RecordView): readonly Erasable[] {
  const { t } = useTranslation()
  const label = useFieldLabel()
  const rows = rowsOf(record)
    .flatMap(([, some]) => some)
    .filter(({ value, conflict }) => value !== undefined || conflict !== undefined)
  const labels = rows.map(({ path }) => label(path))
  const fields = rows.map(({ path, value }, index) => {
    const own = labels[index] ?? ''
    const isShared = labels.filter((other) => other === own).length > 1
    const hint = textOf(value) ?? String(labels.slice(0, index + 1).filter((l) => l === own).length)
    const isLegal = LEGAL.includes(path)
    return {
      ...{ path, name: own, isLegal },
      label: isShared ? t('erase.told', { label: own, hint }) : own,
    }
  })
  const notes = t('erase.notes')
  return [...fields, { path: NOTE_FIELD, name: notes, label: notes, isLegal: false }]
}

function textOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  return value.length > VALUE_SHOWN ? `${value.slice(0, VALUE_SHOWN)}…` : value
}
