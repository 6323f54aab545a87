import { useSyncExternalStore } from 'react'

/**
 * The local access key of this node, pasted by a person. It stays in this browser tab's session and
 * is sent to this page's own node only.
 */
const STORED_AS = 'mulu.access-key'
const listeners = new Set<() => void>()

export function setAccessKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(STORED_AS)
  else sessionStorage.setItem(STORED_AS, key)
  for (const listener of listeners) listener()
}

/** The key, or undefined where nobody entered one. */
export function useAccessKey(): string | undefined {
  return useSyncExternalStore(subscribe, readKey)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function readKey(): string | undefined {
  return sessionStorage.getItem(STORED_AS) ?? undefined
}
