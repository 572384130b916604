// The visitor's files, kept in this browser by their digest, so that a reload finds them again. Nothing of them leaves it. Used by
// the worker alone: the page does not wait for 50 MB to be read, hashed or written.

const DATABASE = 'wasmprop'
const STORE = 'files'
/** Only the last few are kept. */
const MOST_FILES = 3

export async function digestOf(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Storage may be refused or full: then a reload asks for the file again. */
export async function keepFile(digest: string, file: Blob): Promise<void> {
  try {
    const store = (await database()).transaction(STORE, 'readwrite').objectStore(STORE)
    const keys = await settled(store.getAllKeys())
    for (const key of keys.slice(0, Math.max(0, keys.length - MOST_FILES + 1))) store.delete(key)
    await settled(store.put(file, digest))
  } catch {
    // as above
  }
}

export async function fileOf(digest: string): Promise<Blob | undefined> {
  try {
    return await settled((await database()).transaction(STORE).objectStore(STORE).get(digest))
  } catch {
    return undefined
  }
}
