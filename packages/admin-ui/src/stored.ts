/** What the browser remembers for this reader; a browser that refuses storage just forgets. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function writeStored(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The choice then lasts as long as the page, which is what the reader's browser asks for.
  }
}
