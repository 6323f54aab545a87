import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useAccessKey } from '../access-key.ts'
import { type BundleReport, uploadBundle } from './upload-bundle.ts'

/** A file that was chosen, and how far it is. */
export type Taken = {
  readonly id: number
  readonly file: File
  readonly passphrase?: string
  readonly stage:
    | { readonly at: 'waiting' }
    | { readonly at: 'running'; readonly bytes: number }
    | { readonly at: 'done'; readonly report: BundleReport }
    | { readonly at: 'failed'; readonly error: unknown }
}

/** Files on their way in, one after the other. */
export type TakeIn = {
  readonly files: readonly Taken[]
  readonly isBusy: boolean
  readonly add: (files: readonly File[]) => void
  /** Tries a file again, with a passphrase where it has one. */
  readonly retry: (id: number, passphrase?: string) => void
  readonly stop: () => void
}

/** Takes chosen files in, in the order in which they were chosen. */
export function useTakeIn(): TakeIn {
  const key = useAccessKey()
  const client = useQueryClient()
  const [files, setFiles] = useState<readonly Taken[]>([])
  const running = useRef<AbortController | undefined>(undefined)
  const nextId = useRef(1)
  const next = files.find(({ stage }) => stage.at === 'waiting')
  const isBusy = files.some(({ stage }) => stage.at === 'running')

  function set(id: number, stage: Taken['stage']): void {
    setFiles((all) => all.map((each) => (each.id === id ? { ...each, stage } : each)))
  }

  async function run({ id, file, passphrase }: Taken): Promise<void> {
    const control = new AbortController()
    running.current = control
    set(id, { at: 'running', bytes: 0 })
    const onProgress = (bytes: number): void => set(id, { at: 'running', bytes })
    const upload = { file, key: key ?? '', passphrase, signal: control.signal, onProgress }
    try {
      set(id, { at: 'done', report: await uploadBundle(upload) })
    } catch (error) {
      set(id, { at: 'failed', error })
    }
    // Every page may show something else now, the roster and the peers included.
    await client.invalidateQueries()
  }

  useEffect(() => {
    if (next !== undefined && !isBusy) void run(next)
  })
  useEffect(() => () => running.current?.abort(), [])
  useLeavingAsked(isBusy)

  return {
    files,
    isBusy,
    add: (chosen) => {
      const added = chosen.map((file): Taken => {
        return { id: nextId.current++, file, stage: { at: 'waiting' } }
      })
      setFiles((all) => [...all, ...added])
    },
    retry: (id, passphrase) =>
      setFiles((all) =>
        all.map((each): Taken => {
          if (each.id !== id) return each
          const more = passphrase === undefined ? {} : { passphrase }
          return { ...each, ...more, stage: { at: 'waiting' } }
        }),
      ),
    stop: () => running.current?.abort(),
  }
}

/** The browser asks before a page is closed that is sending a file. */
function useLeavingAsked(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isBusy])
}
