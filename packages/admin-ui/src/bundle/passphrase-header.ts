/** A passphrase as the node reads it: UTF-8 in base64url, since headers hold no Chinese. */
export function passphraseHeader(passphrase: string): Readonly<Record<string, string>> {
  const bytes = new TextEncoder().encode(passphrase)
  const base64 = btoa(String.fromCharCode(...bytes))
  const text = base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return { 'mulu-passphrase': text }
}
