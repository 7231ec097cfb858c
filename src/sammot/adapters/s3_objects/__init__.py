"""Files in a bucket of an S3-compatible store."""

from sammot.adapters.s3_objects.bucket import Bucket
from sammot.adapters.s3_objects.objects import S3Objects

__all__ = ["Bucket", "S3Objects"]
