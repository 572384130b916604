// The script of the worker in which the lab's networks live.
import 'wasmprop/worker-host'
