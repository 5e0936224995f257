"""What a person decides about money already posted: disputes, holds and clawbacks."""
