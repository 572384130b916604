// Has the service worker keep the page, once what is shown no longer waits for anything. Browsers that refuse it, as some do in
// private windows, show the page as before, from the network.
import { trustedScript } from './trusted.ts'

export function keepOffline(): void {
  const { serviceWorker } = navigator
  if (serviceWorker === undefined || import.meta.url.includes('/main.tsx')) return // not there, or the page in development
  const register = () =>
    setTimeout(() => serviceWorker.register(trustedScript('service-worker.js')).catch(() => {}), 1500)
  if (document.readyState === 'complete') register()
  else addEventListener('load', register, { once: true })
}
