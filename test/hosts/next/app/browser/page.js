'use client'
import { useEffect } from 'react'
import * as library from 'wasmprop'
import { createNetwork } from 'wasmprop/worker'
import { hostScenario } from '../../scenario.js'

export default function Page() {
  useEffect(() => {
    const server = new URLSearchParams(location.search).get('harness')
    const post = (outcome) =>
      fetch(`${server}/report`, { method: 'POST', mode: 'no-cors', body: JSON.stringify(outcome) })
    hostScenario(library, createNetwork).then(
      (value) => post({ value }),
      (error) => post({ error: `${error}` }),
    )
  }, [])
  return <p>training</p>
}
