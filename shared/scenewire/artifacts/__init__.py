"""The artifact store. Messages carry references; this package turns them into files and back.

store          the interface and keys
opening        opens the store of an `ARTIFACTS_URL`
filesystem     a store in a folder, which workers of one host read in place
object_store   a store in S3 and the like, through a cache
cache          local copies of objects
bounded_folder files that can be made again, up to a size
scratch        work in progress on this host
result_cache   stored results of stages, by the hash of their inputs
webapp_export  copies for the prior system's web application
metrics        metrics of object stores
"""
