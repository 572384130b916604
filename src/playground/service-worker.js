// Keeps every file of the page, so that it works offline after the first visit. scripts/playground.mjs fills in both names.
const FILES = __FILES__
const CACHE = `wasmprop-page-${__VERSION__}`

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll())
})

async function keepAll() {
  const cache = await caches.open(CACHE)
  await cache.addAll(FILES)
  await self.skipWaiting()
}

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers())
})

async function forgetOthers() {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith('wasmprop-page-') && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  if (method !== 'GET' || !url.startsWith(self.registration.scope)) return
  event.respondWith(answer(event.request))
})

async function answer(request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request)
}
