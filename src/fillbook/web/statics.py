"""Static files under names that carry a hash of their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise is not typed
    """Collected by `serve` at its start. Where nothing was collected (tests, a first command) names stay plain."""

    def stored_name(self, name: str) -> str:
        """The hashed name of a file.

        Raises:
            ValueError: a template names a file that does not exist.
        """
        return str(super().stored_name(name)) if self.hashed_files else name
